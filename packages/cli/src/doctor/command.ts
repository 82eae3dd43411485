import { type Command, InvalidArgumentError, Option } from 'commander';
import { addConnectionOptions, readConnectionOptions } from '../connection-options.ts';
import type { Context } from '../context.ts';
import { openDeployment } from '../deployment.ts';
import { exitCodes } from '../exit-code.ts';
import { NamesOption } from '../names-option.ts';
import { createOutput, helpWidth } from '../output.ts';
import { examine, isAsBadAs } from './examine.ts';
import { memberJson, membersOf } from './members.ts';
import { renderReport } from './render.ts';
import { severities, type Rule, type Severity } from './rule.ts';
import { wrap } from '../wrap.ts';
import { rules } from './rules/index.ts';
import { takeSurvey } from './take-survey.ts';

interface DoctorOptions {
  readonly rule: readonly Rule[];
  readonly ignore: readonly Rule[];
  readonly failOn: Severity | 'never';
  readonly json?: boolean;
}

const examples = `
Examples:
  $ switchmaster doctor --sentinel s1:26379 --name mymaster
  $ SWITCHMASTER_NODE_PASSWORD=… switchmaster doctor --url redis+sentinel://s1,s2,s3/mymaster
  $ switchmaster doctor --ignore persistence,single-host --fail-on problem
  $ switchmaster doctor --json | jq '.findings[].what'

Exit codes:
  0  nothing is wrong, or nothing as bad as --fail-on says
  1  something is wrong
  2  wrong usage
  3  no sentinel answers, or none knows the name`;

export function registerDoctor(program: Command, context: Context): void {
  const command = program
    .command('doctor')
    .summary('say what is wrong with a deployment, why it matters and what to do')
    .description(
      'Asks all sentinels and nodes, and says what is wrong, why it matters and what to do, in order of severity. It changes nothing.',
    )
    .addOption(ruleOption('--rule <names>', 'only these rules, separated by commas').default(rules, 'all'))
    .addOption(ruleOption('--ignore <names>', 'all but these rules').default([], 'none'))
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 from this severity on')
        .choices([...severities, 'never'])
        .default('warning'),
    )
    .option('--json', 'print one line of JSON')
    .addHelpText('after', `${listRules()}\n${examples}`);
  addConnectionOptions(command).action(async (options: DoctorOptions) => {
    const output = createOutput(context, options);
    using deployment = await openDeployment(await readConnectionOptions(command, context), context.signal);
    const survey = await takeSurvey(deployment, context.signal);
    context.signal.throwIfAborted();
    const findings = examine(
      survey,
      options.rule.filter((rule) => !options.ignore.includes(rule)),
    );
    output.text(renderReport(survey, findings, output));
    output.json({ name: survey.name, members: membersOf(survey).map(memberJson), findings });
    const bad = options.failOn !== 'never' && isAsBadAs(findings, options.failOn);
    context.exitCode = bad ? exitCodes.failed : exitCodes.ok;
  });
}

function ruleOption(flags: string, description: string): Option {
  return new NamesOption(flags, description, rules).argParser((text) =>
    text.split(',').map((name) => ruleNamed(name.trim())),
  );
}

function ruleNamed(name: string): Rule {
  const found = rules.find((rule) => rule.name === name);
  if (!found)
    throw new InvalidArgumentError(
      `There is no rule '${name}'. See "switchmaster doctor --help" for their names.`,
    );
  return found;
}

function listRules(): string {
  const indent = Math.max(...rules.map(({ name }) => name.length)) + 4;
  const lines = rules.flatMap(({ name, summary }) =>
    wrap(summary, helpWidth - indent).map((line, i) => `  ${i === 0 ? name : ''}`.padEnd(indent) + line),
  );
  return ['\nRules:', ...lines].join('\n');
}
