import {
  BadRequestException,
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  NotFoundException,
  Param,
  Post,
  Res,
} from '@nestjs/common';
import type { Response } from 'express';
import { FaultDesk } from '../cluster/fault-desk.ts';
import { Load } from '../load/load.ts';
import { Verifier } from '../load/verifier.ts';
import { EventStream } from './event-stream.ts';
import type { FaultReport, LaneState, Snapshot, Verification } from './messages.ts';
import { readFaultRequest, readLaneRequest, type Read } from './requests.ts';
import { Snapshots } from './snapshots.ts';

/** What the page asks for; see messages.ts. */
@Controller('api')
export class PageController {
  readonly #snapshots: Snapshots;
  readonly #stream: EventStream;
  readonly #faults: FaultDesk;
  readonly #load: Load;
  readonly #verifier: Verifier;

  constructor(
    @Inject(Snapshots) snapshots: Snapshots,
    @Inject(EventStream) stream: EventStream,
    @Inject(FaultDesk) faults: FaultDesk,
    @Inject(Load) load: Load,
    @Inject(Verifier) verifier: Verifier,
  ) {
    this.#snapshots = snapshots;
    this.#stream = stream;
    this.#faults = faults;
    this.#load = load;
    this.#verifier = verifier;
  }

  @Get('events')
  events(@Res() response: Response): void {
    this.#stream.open(response, () => this.#snapshots.take());
  }

  @Get('state')
  state(): Snapshot {
    return this.#snapshots.take();
  }

  @Post('faults/:fault')
  @HttpCode(200)
  async fault(@Param('fault') fault: string, @Body() body: unknown): Promise<FaultReport> {
    const { target } = valid(readFaultRequest(body));
    return await this.#faults.order(fault, target);
  }

  @Post('lanes/:lane')
  @HttpCode(200)
  async lane(@Param('lane') name: string, @Body() body: unknown): Promise<LaneState> {
    const runner = this.#load.runners.find(({ title }) => title.name === name);
    const names = this.#load.runners.map(({ title }) => title.name).join(', ');
    if (!runner) throw new NotFoundException(`There is no lane '${name}'; there are ${names}.`);
    return await this.#load.change(runner, valid(readLaneRequest(body)));
  }

  @Post('verify')
  @HttpCode(200)
  async verify(): Promise<Verification[]> {
    return await this.#verifier.verifyNow();
  }
}

function valid<T>(read: Read<T>): T {
  if ('error' in read) throw new BadRequestException(read.error);
  return read.value;
}
