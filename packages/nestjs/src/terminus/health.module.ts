import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { SwitchmasterHealthIndicator } from './health-indicator.ts';

/**
 * Terminus, and the indicator for it. Where `TerminusModule` is imported already, the indicator may as well be one of
 * the module's `providers`.
 *
 * @example
 * @Module({ imports: [SwitchmasterHealthModule], controllers: [HealthController] })
 * class HealthModule {}
 */
// oxlint-disable-next-line typescript/no-extraneous-class -- a Nest module is a class
export class SwitchmasterHealthModule {}

Module({
  imports: [TerminusModule],
  providers: [SwitchmasterHealthIndicator],
  exports: [SwitchmasterHealthIndicator, TerminusModule],
})(SwitchmasterHealthModule);
