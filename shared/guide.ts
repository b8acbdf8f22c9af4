/**
 * The three tasks that bring people here, as in the campus's guide, and the steps of the two that happen in its portal.
 * Without schemas, so that the window can follow the guide without loading any.
 */
export const tasks = ['add-device', 'remove-device', 'lost-phone'] as const;
export type Task = (typeof tasks)[number];

/** The two that happen in the portal. A lost phone continues as `add-device` once there is a passcode. */
export type PortalTask = Exclude<Task, 'lost-phone'>;
/** The task that the portal is opened for. */
export function portalTask(task: Task): PortalTask {
  return task === 'lost-phone' ? 'add-device' : task;
}

/**
 * The steps of a task in the portal, in the guide's order, each with the page addresses (paths) where it is the current
 * one. A trailing `*` matches any rest. The pages are `causeway.portal.v1`, see `docs/protocol.md`.
 */
export const guideSteps = {
  'add-device': [
    { id: 'sign-in', paths: ['/', '/sign-in'] },
    { id: 'add', paths: ['/home'] },
    { id: 'confirm', paths: ['/add/confirm', '/add/confirm/*'] },
    { id: 'type', paths: ['/add/type'] },
    { id: 'platform', paths: ['/add/platform'] },
    { id: 'installed', paths: ['/add/installed'] },
    { id: 'scan', paths: ['/add/scan'] },
    { id: 'choose', paths: ['/add/finish', '/add/finish/*'] },
    { id: 'done', paths: ['/add/done'] },
  ],
  'remove-device': [
    { id: 'sign-in', paths: ['/', '/sign-in'] },
    // The last page of adding a device leads there too: after a lost phone, the old device is removed next
    { id: 'devices', paths: ['/home', '/add/done'] },
    { id: 'confirm', paths: ['/devices/confirm', '/devices/confirm/*'] },
    { id: 'options', paths: ['/devices'] },
    { id: 'trash', paths: ['/devices/options/*'] },
    { id: 'remove', paths: ['/devices/remove/*'] },
    { id: 'done', paths: ['/devices/removed'] },
  ],
} as const satisfies Record<PortalTask, readonly { id: string; paths: readonly string[] }[]>;

export type GuideStepId<T extends PortalTask = PortalTask> = (typeof guideSteps)[T][number]['id'];

/** The index of the step for a page address. Null if the guide does not know the page. */
export function stepAt(task: PortalTask, path: string): number | null {
  const steps: readonly { paths: readonly string[] }[] = guideSteps[task];
  const index = steps.findIndex((step) =>
    step.paths.some((pattern) => (pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern)),
  );
  return index < 0 ? null : index;
}
