import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { Button } from './button.tsx';

/** Copies what the help desk needs: code, time, gateway, version, policy. */
export function CopyDetails() {
  const { messages } = useLocalizer();
  const { busy, run } = useVerbs();
  const [copied, setCopied] = useState(false);
  return (
    <Button icon={copied ? Check : Copy} pending={busy} onPress={() => void run('copyDetails').then(setCopied)}>
      {copied ? messages.action.copied : messages.action.copyDetails}
    </Button>
  );
}
