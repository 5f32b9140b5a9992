// The one script that shops embed: <script type="module" src="https://…/widget/vitrine.js"></script>
import { VitrineShow } from './element.ts';

if (!customElements.get('vitrine-show')) customElements.define('vitrine-show', VitrineShow);
