export { FakeResolver, type FakeResolverOptions } from './fake-resolver.ts';
export { SwitchmasterTestingModule, type SwitchmasterTestingOptions } from './switchmaster-testing.module.ts';
