import { Controller, Get, Inject, Module } from '@nestjs/common';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { SwitchmasterHealthIndicator, SwitchmasterHealthModule } from '@switchmaster/nestjs/terminus';

@Controller('health')
export class HealthController {
  readonly #health: HealthCheckService;
  readonly #redis: SwitchmasterHealthIndicator;

  constructor(
    @Inject(HealthCheckService) health: HealthCheckService,
    @Inject(SwitchmasterHealthIndicator) redis: SwitchmasterHealthIndicator,
  ) {
    this.#health = health;
    this.#redis = redis;
  }

  @Get()
  @HealthCheck()
  check(): Promise<HealthCheckResult> {
    return this.#health.check([() => this.#redis.pingCheck('redis', { timeoutMs: 500 })]);
  }
}

/** `GET /health`, by Terminus: ask it whether this process is ready for requests. */
@Module({ imports: [SwitchmasterHealthModule], controllers: [HealthController] })
// oxlint-disable-next-line typescript/no-extraneous-class -- a Nest module is a class
export class HealthModule {}
