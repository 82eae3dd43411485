import { Controller, Get, Header, Inject } from '@nestjs/common';
import { Registry } from 'prom-client';

@Controller('metrics')
export class MetricsController {
  readonly #registry: Registry;

  constructor(@Inject(Registry) registry: Registry) {
    this.#registry = registry;
  }

  @Get()
  @Header('content-type', Registry.PROMETHEUS_CONTENT_TYPE)
  scrape(): Promise<string> {
    return this.#registry.metrics();
  }
}
