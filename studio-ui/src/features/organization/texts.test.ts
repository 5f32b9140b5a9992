import { expect, it } from 'vitest';
import type { OrganizationView } from '../../lib/cloud/organization.ts';
import { patchOf, problemsOf, textsOf } from './texts.ts';

const seen: OrganizationView = {
  id: 'o',
  name: 'Linen',
  slug: 'linen',
  version: 3,
  settings: {
    accent_colour: null,
    logo_url: null,
    slate_url: null,
    slate_text: null,
    end_after_planned_min: null,
    allowed_origins: ['https://shop.example'],
    currency: 'EUR',
    imprint_url: 'https://shop.example/imprint',
    locale: null,
    privacy_url: null,
    terms_url: null,
    time_zone: null,
  },
};

it('sends what was changed alone, and what was emptied as not set', () => {
  const before = textsOf(seen);
  expect(patchOf(before, before)).toEqual({});
  const now = { ...before, name: ' Linen & Co ', imprint: '', origins: 'https://a.example\n\nhttps://*.b.example ' };
  const allowed_origins = ['https://a.example', 'https://*.b.example'];
  expect(patchOf(before, now)).toEqual({ name: 'Linen & Co', imprint_url: null, allowed_origins });
});

it('names the line that is no address', () => {
  const problems = problemsOf({ ...textsOf(seen), origins: 'https://a.example\nshop.example', accent: 'red' });
  expect(problems.origins).toContain('“shop.example”');
  expect(problems.accent).not.toBe('');
  expect(problems.name).toBe('');
});

it('takes a channel of before as it is, and a new one as the cloud does', () => {
  const before = { ...textsOf(seen), channel: 'a' };
  expect(problemsOf(before, before).channel).toBe('');
  expect(problemsOf({ ...before, channel: 'Läden' }, before).channel).not.toBe('');
  expect(patchOf(before, { ...before, channel: ' laeden ' })).toEqual({ slug: 'laeden' });
});
