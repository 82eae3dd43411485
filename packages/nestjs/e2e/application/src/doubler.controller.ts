/* oxlint-disable typescript/consistent-type-imports -- Nest injects by the classes that it finds at run time */
import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ClientProxy, MessagePattern, Payload } from '@nestjs/microservices';
import { timeout, type Observable } from 'rxjs';

/** Asks itself, by way of Redis. */
@Controller('doubles')
export class DoublerController {
  constructor(@Inject('DOUBLER') private readonly doubler: ClientProxy) {}

  @Get(':number')
  ask(@Param('number') number: string): Observable<number> {
    return this.doubler.send<number>('double', Number(number)).pipe(timeout(1000));
  }

  @MessagePattern('double')
  double(@Payload() number: number): number {
    return 2 * number;
  }
}
