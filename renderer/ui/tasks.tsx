import { PhoneOff, Smartphone, Trash2, type LucideIcon } from 'lucide-react';
import { tasks, type Task } from '../../shared/guide.ts';
import { useVerbs } from '../hooks.ts';
import { useLocalizer } from '../localizer.ts';
import { RowButton } from './button.tsx';

const icons: Record<Task, LucideIcon> = { 'add-device': Smartphone, 'remove-device': Trash2, 'lost-phone': PhoneOff };

/** The three tasks, each one click from its first step. `terse`: for screens with more content. */
export function Tasks({ title, only = tasks, terse = false }: { title: string; only?: readonly Task[]; terse?: boolean }) {
  const { messages } = useLocalizer();
  const { busy, run } = useVerbs();
  return (
    <section className="tasks">
      <h2>{title}</h2>
      {only.map((task) => (
        <RowButton
          key={task}
          icon={icons[task]}
          title={messages.task[task].name}
          hint={terse ? undefined : messages.task[task].about}
          pending={busy}
          onPress={() => void run('startTask', { task })}
        />
      ))}
    </section>
  );
}
