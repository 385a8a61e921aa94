import type { Command } from 'commander';
import { addAgentApply } from '../agent/apply.ts';
import { addAgentConfirm } from '../agent/confirm.ts';
import { addAgentPlan } from '../agent/plan.ts';
import { addAgentPolicy } from '../agent/policy.ts';
import { addAgentRun } from '../agent/run.ts';
import { addAgentStatus } from '../agent/status.ts';

/** What runs on a forwarder's host: one file a subcommand in `agent/`. */
export function addAgent(program: Command): void {
  const agent = program
    .command('agent')
    .description("keeps a forwarder's fixed address on its host: interface, routes, engine, health")
    // A subcommand's --config is its own.
    .enablePositionalOptions();
  addAgentRun(agent);
  addAgentStatus(agent);
  addAgentPlan(agent);
  addAgentApply(agent);
  addAgentConfirm(agent);
  addAgentPolicy(agent);
}
