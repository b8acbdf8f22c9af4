import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accessStateSchema,
  allows,
  initialMachine,
  step,
  transitions,
  type AccessEvent,
  type AccessEventType,
  type AccessMachine,
  type AccessStateKind,
} from '../../../shared/access-state.ts';
import { failureSchema } from '../../../shared/failure.ts';
import { promptSchema } from '../../../shared/prompt.ts';
import { valuesOf } from '../../support/arbitrary.ts';

const failure = valuesOf(failureSchema);
const instant = fc.integer({ min: 0 });
const id = fc.constantFrom('p1', 'p2', 'p3');
const nextTryAt = fc.option(instant);
const facts = fc.record({ since: instant, expiresAt: instant, idleSeconds: fc.nat(), extendable: fc.boolean(), user: fc.string() });

/** Events of every type: one that is added and forgotten here does not compile. */
const events: { [T in AccessEventType]: fc.Arbitrary<Extract<AccessEvent, { type: T }>> } = {
  'connect': fc.record({ type: fc.constant('connect'), profileId: fc.string() }),
  'found-on-campus': fc.record({ type: fc.constant('found-on-campus') }),
  'arrived-on-campus': fc.record({ type: fc.constant('arrived-on-campus') }),
  'left-campus': fc.record({ type: fc.constant('left-campus'), why: failure, at: instant }),
  'contact': fc.record({ type: fc.constant('contact'), gateway: fc.string() }),
  'ask': fc.record({ type: fc.constant('ask'), promptId: id, prompt: valuesOf(promptSchema) }),
  'answer': fc.record({ type: fc.constant('answer'), promptId: id }),
  'withdraw': fc.record({ type: fc.constant('withdraw'), promptId: id }),
  'signed-in': fc.record({ type: fc.constant('signed-in') }),
  'opened': fc.record({ type: fc.constant('opened'), facts }),
  'portal-health': fc.record({ type: fc.constant('portal-health'), portal: fc.constantFrom('unknown', 'up', 'down', 'dns-failed') }),
  'expiring': fc.record({ type: fc.constant('expiring') }),
  'extended': fc.record({ type: fc.constant('extended'), expiresAt: instant }),
  'retimed': fc.record({ type: fc.constant('retimed'), since: instant, expiresAt: instant }),
  'dropped': fc.record({ type: fc.constant('dropped'), why: failure, at: instant, nextTryAt }),
  'retry': fc.record({ type: fc.constant('retry') }),
  'retry-failed': fc.record({ type: fc.constant('retry-failed'), why: failure, nextTryAt }),
  'reopened': fc.record({ type: fc.constant('reopened'), since: instant, expiresAt: instant }),
  'end': fc.record({ type: fc.constant('end'), ending: fc.option(failure) }),
  'closed': fc.record({ type: fc.constant('closed') }),
  'network-open': fc.record({ type: fc.constant('network-open') }),
};
const anyEvent: fc.Arbitrary<AccessEvent> = fc.oneof(...Object.values(events));

/** An event with how its attempt stands to the current one: most belong to it, `connect` mostly to the next. */
interface Sent {
  event: AccessEvent;
  ahead: number;
}
const sent: fc.Arbitrary<Sent> = anyEvent.chain((event) =>
  fc.record({
    event: fc.constant(event),
    ahead: fc.oneof(
      { weight: 8, arbitrary: fc.constant(event.type === 'connect' ? 1 : 0) },
      { weight: 1, arbitrary: fc.integer({ min: -2, max: 2 }) },
    ),
  }),
);

/** Likely sequences: those that the table allows are rare among those that chance makes. */
const path = fc.array(fc.nat(), { maxLength: 20 });

/** Walks along legal transitions that chance chooses, and hands each machine on the way to `visit`. */
function walk(choices: readonly number[], made: readonly AccessEvent[], visit: (machine: AccessMachine) => void): void {
  let machine = initialMachine;
  visit(machine);
  for (const choice of choices) {
    const legal = made.filter((event) => allows(machine.state.kind, event.type));
    const event = legal[choice % Math.max(1, legal.length)];
    if (!event) return;
    machine = step(machine, event.type === 'connect' ? machine.attempt + 1 : machine.attempt, event).machine;
    visit(machine);
  }
}
const oneOfEach = fc.tuple(...Object.values(events));

describe('any sequence of events', () => {
  it('any sequence of events leads to a legal state, by rows of the table only, and a refused event changes nothing', () => {
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 40 }), (sequence) => {
        let machine = initialMachine;
        for (const { event, ahead } of sequence) {
          const before = machine;
          const result = step(machine, machine.attempt + ahead, event);
          machine = result.machine;
          if (!result.ok) {
            expect(machine).toBe(before);
            continue;
          }
          expect(accessStateSchema.parse(machine.state)).toEqual(machine.state);
          const row = transitions.find((each) => each.event === event.type && each.from.includes(before.state.kind));
          expect(row?.to).toBe(machine.state.kind);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('the access table can be followed through every state', () => {
    const visited = new Set<AccessStateKind>();
    fc.assert(
      fc.property(path, oneOfEach, (choices, made) => {
        walk(choices, made, ({ state }) => {
          visited.add(state.kind);
          expect(accessStateSchema.parse(state)).toEqual(state);
        });
      }),
      { numRuns: 500 },
    );
    expect([...visited].sort()).toEqual(accessStateSchema.def.options.map((option) => option.shape.kind.def.values[0]).sort());
  });
});

describe('what is stale', () => {
  it('an event of another attempt changes nothing, in any state', () => {
    fc.assert(
      fc.property(path, oneOfEach, anyEvent, fc.integer({ min: 1, max: 5 }), (choices, made, event, apart) => {
        walk(choices, made, (machine) => {
          const older = step(machine, machine.attempt - apart, event);
          expect(older).toEqual({ ok: false, refused: 'stale', machine });
          if (event.type !== 'connect')
            expect(step(machine, machine.attempt + apart, event)).toEqual({ ok: false, refused: 'stale', machine });
        });
      }),
    );
  });

  it('an answer to another prompt, or a second answer, changes nothing', () => {
    fc.assert(
      fc.property(path, oneOfEach, (choices, made) => {
        walk(choices, made, (machine) => {
          const { state, attempt } = machine;
          if (state.kind !== 'asking') return;
          for (const type of ['answer', 'withdraw'] as const) {
            expect(step(machine, attempt, { type, promptId: `${state.promptId} before` })).toEqual({
              ok: false,
              refused: 'stale',
              machine,
            });
          }
          const answered = step(machine, attempt, { type: 'answer', promptId: state.promptId });
          expect(answered.ok).toBe(!state.answered);
          expect(step(answered.machine, attempt, { type: 'answer', promptId: state.promptId }).ok).toBe(false);
        });
      }),
    );
  });
});

describe('the way back', () => {
  it('every access state returns to idle in two steps at most, and keeps the reason', () => {
    fc.assert(
      fc.property(path, oneOfEach, failure, (choices, made, ending) => {
        walk(choices, made, (machine) => {
          const ended = step(machine, machine.attempt, { type: 'end', ending }).machine;
          const { state } = step(ended, ended.attempt, { type: 'closed' }).machine;
          expect(state.kind).toBe('idle');
          if (machine.state.kind !== 'idle' && machine.state.kind !== 'closing') expect(state).toEqual({ kind: 'idle', ending });
        });
      }),
    );
  });
});

describe('the table', () => {
  it('the access table has at most one row for an event in a state', () => {
    const pairs = transitions.flatMap((row) => row.from.map((from) => `${from} ${row.event}`));
    expect(new Set(pairs).size).toBe(pairs.length);
  });
});
