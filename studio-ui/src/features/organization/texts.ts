/** An organisation's settings, as a form asks them. */
import { changed } from '../../lib/changed.ts';
import { isChannel } from '../../lib/channel.ts';
import type { OrganizationPatch, OrganizationView } from '../../lib/cloud/organization.ts';
import { t } from '../../lib/text/words.ts';

/** What the fields say. */
export interface OrganizationTexts {
  name: string;
  channel: string;
  accent: string;
  locale: string;
  currency: string;
  zone: string;
  imprint: string;
  privacy: string;
  terms: string;
  /** One on each line. */
  origins: string;
  slate: string;
  logo: string;
  slatePicture: string;
  /** Minutes. */
  endsAfter: string;
}

export function textsOf({ name, slug, settings }: OrganizationView): OrganizationTexts {
  return {
    name,
    channel: slug,
    accent: settings.accent_colour ?? '',
    locale: settings.locale ?? '',
    currency: settings.currency ?? '',
    zone: settings.time_zone ?? '',
    imprint: settings.imprint_url ?? '',
    privacy: settings.privacy_url ?? '',
    terms: settings.terms_url ?? '',
    origins: (settings.allowed_origins ?? []).join('\n'),
    slate: settings.slate_text ?? '',
    logo: settings.logo_url ?? '',
    slatePicture: settings.slate_url ?? '',
    endsAfter: settings.end_after_planned_min?.toString() ?? '',
  };
}

const linesOf = (text: string) => text.split(/\s+/).filter(Boolean);
const isOrigin = (line: string) => /^https?:\/\/(\*\.)?[^\s/*@]+$/.test(line);
/** Most minutes that a show goes on where it is to end by itself. */
const LONGEST_OVERRUN = 720;
const isMinutes = (text: string) => text === '' || (/^\d{1,3}$/.test(text) && Number(text) <= LONGEST_OVERRUN);
const isUrl = (text: string) => text.trim() === '' || /^https?:\/\/\S+$/.test(text.trim());

/** What is wrong with them; empty words where nothing is. A channel's name of before stays, whatever it is. */
export function problemsOf(texts: OrganizationTexts, before: OrganizationTexts = texts) {
  const name = texts.name.trim();
  const url = (text: string) => (isUrl(text) ? '' : t('organization.need_url'));
  const line = linesOf(texts.origins).find((one) => !isOrigin(one));
  return {
    name: name.length >= 1 && name.length <= 80 ? '' : t('organization.need_name'),
    channel: texts.channel === before.channel || isChannel(texts.channel.trim()) ? '' : t('organization.need_channel'),
    accent: texts.accent.trim() === '' || /^#[0-9a-fA-F]{6}$/.test(texts.accent.trim()) ? '' : t('organization.need_colour'),
    currency: texts.currency.trim() === '' || /^[A-Za-z]{3}$/.test(texts.currency.trim()) ? '' : t('organization.need_currency'),
    logo: url(texts.logo),
    slatePicture: url(texts.slatePicture),
    imprint: url(texts.imprint),
    privacy: url(texts.privacy),
    terms: url(texts.terms),
    endsAfter: isMinutes(texts.endsAfter.trim()) ? '' : t('organization.need_minutes'),
    origins: line === undefined ? '' : t('organization.need_origin', { line }),
  };
}

/** What of them changed, as the cloud takes it. Call it with texts that were checked. */
export function patchOf(before: OrganizationTexts, now: OrganizationTexts): OrganizationPatch {
  const whole = (texts: OrganizationTexts) => ({
    name: texts.name.trim(),
    slug: texts.channel.trim(),
    accent_colour: texts.accent.trim() || null,
    locale: (texts.locale || null) as OrganizationPatch['locale'],
    currency: texts.currency.trim().toUpperCase() || null,
    time_zone: texts.zone || null,
    imprint_url: texts.imprint.trim() || null,
    privacy_url: texts.privacy.trim() || null,
    terms_url: texts.terms.trim() || null,
    logo_url: texts.logo.trim() || null,
    slate_url: texts.slatePicture.trim() || null,
    slate_text: texts.slate.trim() || null,
    end_after_planned_min: texts.endsAfter.trim() === '' ? null : Number(texts.endsAfter),
    origins: linesOf(texts.origins).join('\n'),
  });
  const { origins, ...rest } = changed(whole(before), whole(now));
  return { ...rest, ...(origins !== undefined && { allowed_origins: linesOf(origins) }) };
}
