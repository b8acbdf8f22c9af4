import { campus, college, now, state, type Screens } from './base.ts';
import { preview, previewChinese, previewShipped, previewWhole } from './preview-states.ts';

/** First run, the previews of a profile, and home. */

export const startScreens: Screens = {
  'first-run': {
    state: state({ profiles: [], profileId: null }),
    heading: 'Welcome to Causeway',
    focus: 'Campus name, web address or e-mail',
  },
  'preview-shipped': {
    state: state({ profiles: [], profileId: null, preview: previewShipped }),
    heading: 'Add this campus?',
    focus: 'heading',
  },
  'preview': { state: state({ profiles: [], profileId: null, preview }), heading: 'Add this campus?', focus: 'heading' },
  'preview-replaces': {
    state: state({ preview: { ...preview, replaces: campus, dropped: ['theme', 'autoConnect'] } }),
    heading: 'Replace this campus?',
    focus: 'heading',
  },
  'preview-whole': {
    state: state({ profiles: [], profileId: null, preview: previewWhole }),
    heading: 'Add this campus?',
    focus: 'heading',
  },
  'preview-chinese': {
    state: state({ profiles: [], profileId: null, preview: previewChinese }),
    heading: 'Add this campus?',
    focus: 'heading',
  },
  'home': { state: state({}), heading: campus.name, focus: 'heading' },
  'home-two-campuses': { state: state({ profiles: [campus, college] }), heading: campus.name, focus: 'heading' },
  'home-paused': {
    state: state({ alwaysConnect: { step: 'paused', until: now + 86_400_000 } }),
    heading: campus.name,
    focus: 'heading',
  },
  'home-waiting': { state: state({ alwaysConnect: { step: 'waiting', until: now + 300_000 } }), heading: campus.name, focus: 'heading' },
  'home-notice': {
    state: state({ notices: [{ id: 'n1', failure: { code: 'settings-damaged', params: { file: 'settings.damaged.json' } } }] }),
    heading: campus.name,
    focus: 'heading',
  },
  'home-trouble': {
    state: state({
      notices: [
        { id: 'n1', failure: { code: 'folder-unusable', params: { folder: '/home/陳大文/.config/學生資料/Causeway' } } },
        { id: 'n2', failure: { code: 'fault-ended', params: { endedAt: now - 3_600_000 } } },
        { id: 'n3', failure: { code: 'sandbox-off' } },
        { id: 'n4', failure: { code: 'parts-missing', params: { folder: '/opt/Causeway/resources/native' } } },
      ],
    }),
    heading: campus.name,
    focus: 'heading',
  },
  'home-push-left': {
    state: state({ notices: [{ id: 'push-left', failure: { code: 'push-left' } }] }),
    heading: campus.name,
    focus: 'heading',
  },
};
