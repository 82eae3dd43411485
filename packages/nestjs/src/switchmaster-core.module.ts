import { Global, Module } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Connections } from './connections.ts';

/** What an application has once, however many connections it has. */
// oxlint-disable-next-line typescript/no-extraneous-class -- a Nest module is a class
export class SwitchmasterCoreModule {}

Global()(SwitchmasterCoreModule);
Module({
  providers: [
    {
      provide: Connections,
      inject: [ModuleRef],
      useFactory: (moduleRef: ModuleRef) => new Connections(moduleRef),
    },
  ],
  exports: [Connections],
})(SwitchmasterCoreModule);
