// Starts the page.
import { render } from 'preact';
import { App } from './app.js';
import './style/base.css';
import './style/frame.css';
import './style/words.css';
import './style/forms.css';
import './style/progress.css';
import './style/tables.css';
import './style/candidate.css';

render(<App />, document.getElementById('page')!);
