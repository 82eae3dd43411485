/* oxlint-disable typescript/consistent-type-imports -- Nest injects by the classes that it finds at run time */
import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { SwitchmasterHealthIndicator } from '@switchmaster/nestjs/terminus';

@Controller('ready')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly redis: SwitchmasterHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.redis.pingCheck('redis', { timeoutMs: 500 })]);
  }
}
