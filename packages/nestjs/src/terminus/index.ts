export { SwitchmasterHealthIndicator, type PingCheckOptions } from './health-indicator.ts';
export { SwitchmasterHealthModule } from './health.module.ts';
