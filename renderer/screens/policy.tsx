import type { AppState } from '../../shared/app-state.ts';
import { faultDetail } from '../../shared/messages/policy-fault.ts';
import { isPolicyKey } from '../../shared/policy/keys.ts';
import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button } from '../ui/button.tsx';
import { CopyDetails } from '../ui/copy-details.tsx';
import { Details } from '../ui/details.tsx';
import { Facts } from '../ui/facts.tsx';
import { Panel } from '../ui/panel.tsx';
import { Screen } from '../ui/screen.tsx';

/** Who manages this computer, what they have decided, and what is wrong with it. Renders nothing without a policy. */
export function Policy({ policy }: { policy: AppState['policy'] }) {
  const localizer = useLocalizer();
  const { messages, format, comma, aside } = localizer;
  const { run, busy } = useVerbs();
  const { managedBy, decisions, faults } = policy;
  if (decisions.length === 0 && faults.length === 0) return null;
  return (
    <section className="group">
      <h2>{messages.settings.policy}</h2>
      <p className="pre-line">
        {managedBy?.name === undefined ? messages.settings.managed : format(messages.settings.managedBy, { name: managedBy.name })}
      </p>
      {managedBy?.caption !== undefined && <p>{managedBy.caption}</p>}
      {managedBy?.address !== undefined && (
        <Button kind="quiet" pending={busy} onPress={() => void run('openManager')}>
          {managedBy.address.replace(/^(https:\/\/|mailto:|tel:)/, '')}
        </Button>
      )}
      {faults.length > 0 && (
        <Panel tone="attention" title={messages.settings.policyFaults}>
          {faults.map(({ place, key, why, detail }, index) => (
            <p key={index}>
              {format(key === null ? messages.settings.placeFault : messages.settings.keyFault, {
                place,
                key: titleOf(key),
                why: messages.policy.faults[why],
              })}
              {detail !== undefined && <span className="hint">{aside(faultDetail(detail, localizer))}</span>}
            </p>
          ))}
        </Panel>
      )}
      <Details label={messages.settings.policyAll}>
        <Facts
          facts={decisions.map(({ key, value, place, level }) => [
            messages.policy.keys[key].title,
            <span className="list-text">
              {messages.policy.keys[key].choices?.[value] ?? shownValue(value)}
              <span className="hint">{format(messages.settings.policyFrom[level], { place })}</span>
            </span>,
          ])}
        />
      </Details>
      <CopyDetails />
    </section>
  );

  function shownValue(value: string): string {
    if (value === 'true') return messages.settings.policyOn;
    if (value === 'false') return messages.settings.policyOff;
    // Several texts, or JSON
    return /^[{[]/.test(value) ? value : value.replaceAll(', ', comma);
  }

  /** The title of a key, with the rest of its path; any other name as it stands. */
  function titleOf(path: string | null): string {
    const [key = '', ...rest] = (path ?? '').split('.');
    return isPolicyKey(key) ? [messages.policy.keys[key].title, ...rest].join(comma) : (path ?? '');
  }
}

/** In place of first run, where the policy lets nobody add a campus and has none itself. */
export function NoCampus({ policy }: { policy: AppState['policy'] }) {
  const { messages } = useLocalizer();
  return (
    <Screen title={messages.firstRun.title}>
      <p className="lead">{messages.firstRun.noCampus}</p>
      <Policy policy={policy} />
    </Screen>
  );
}
