import { ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import { Disclosure, DisclosurePanel } from 'react-aria-components/Disclosure';

/** Details that most people do not need, collapsed. */
export function Details({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Disclosure className="details">
      <Button slot="trigger" className="details-button">
        <ChevronDown aria-hidden size={16} />
        {label}
      </Button>
      <DisclosurePanel className="details-panel">{children}</DisclosurePanel>
    </Disclosure>
  );
}
