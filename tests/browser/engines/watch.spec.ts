// The shop page plays in the engines that shoppers have beside Chromium.
import { demo } from '../demo.ts';
import { inEachEngine, playing } from './engines.ts';

inEachEngine('a shopper opens the show and sees it move', async (tab) => {
  await tab.goto(`${demo().shop_url}/`);
  await tab.click('vitrine-show >> .teaser .open');
  await playing(tab);
});
