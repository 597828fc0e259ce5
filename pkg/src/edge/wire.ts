/** The parts of the engine's wire format that the gateway writes and reads, by the names that it uses. */
import type { Problem } from '../error.js';
import type {
  CommandForm,
  DecisionForm,
  QueryForm,
  RequestForm,
  ResultForm,
  UsageForm,
  ViolationForm,
} from '../types.js';

export type {
  CommandForm,
  LimitHeadroom,
  ModelResult,
  Operation,
  OutcomeForm,
  QueryForm,
  ResultForm,
  RetryForm,
} from '../types.js';

/** Every field said, so that nothing is left to a default. */
export type AdmitRequest = Required<RequestForm>;

type Command<T extends CommandForm['type']> = Extract<CommandForm, { type: T }>;
export type AdmitCommand = Command<'admit'>;
export type CountTokensCommand = Command<'count_tokens'>;
export type SettlementCommand = Command<'settle' | 'void'>;
export type SettleUsage = Extract<UsageForm, { type: 'anthropic' | 'unknown' }>;

type Decision<T extends DecisionForm['type']> = Extract<DecisionForm, { type: T }>;
export type Allow = Decision<'allow'>;
export type Counted = Decision<'counted'>;
export type Deny = Decision<'deny'>;

export type LimitViolation = Extract<ViolationForm, { type: 'limit' }>;
export type BudgetViolation = Extract<ViolationForm, { type: 'budget' }>;

export type Result<T extends ResultForm['type']> = Extract<ResultForm, { type: T }>;
export type Headroom = Result<'headroom'>;

/** The result of a query, or its denial where it has one. */
export type Answer<Q extends QueryForm['type']> = Extract<ResultForm, { type: Q | 'deny' }>;

/** What the engine says of a command or query that it could not take. */
export interface WireError {
  code: string;
  message: string;
  path?: string;
  /** Everything that is wrong with what was to be configured. */
  problems?: readonly Problem[];
}
