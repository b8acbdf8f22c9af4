import { ChevronDown } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import { Disclosure, DisclosurePanel } from 'react-aria-components/Disclosure';

/** Details that most people do not need, collapsed. A function draws them only while they are open. */
export function Details({ label, children }: { label: string; children: ReactNode | (() => ReactNode) }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Disclosure className="details" isExpanded={isOpen} onExpandedChange={setOpen}>
      <Button slot="trigger" className="details-button">
        <ChevronDown aria-hidden size={16} />
        {label}
      </Button>
      <DisclosurePanel className="details-panel">{typeof children === 'function' ? isOpen && children() : children}</DisclosurePanel>
    </Disclosure>
  );
}
