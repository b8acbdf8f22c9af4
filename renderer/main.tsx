import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { createClient } from './client.ts';
import './styles/window.css';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root.');
createRoot(root).render(<App client={createClient(window.causeway)} />);
