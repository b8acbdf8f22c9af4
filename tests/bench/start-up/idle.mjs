// What Node and the stub take by themselves.
import { BaseWindow } from 'electron';

new BaseWindow();
