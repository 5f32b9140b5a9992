/** Words of the parts that every screen is made of. */
export const shared = {
  'list.stale': 'This may be out of date: the cloud did not answer.',
  'list.more': 'Show more',
  'list.none_fits': 'Nothing fits what you chose.',

  'failure.away': 'The cloud does not answer. It is asked again by itself; check your network if that lasts.',

  'stale.title': '{who} changed {what} a moment ago',
  'stale.somebody': 'Somebody',
  'stale.text': 'Nothing of yours was saved, and nothing you typed is lost.',
  'stale.now': '{field}: {before} → {now}',
  'stale.empty': 'nothing',
  'stale.look': 'Take the new version',
  'stale.keep': 'Keep mine',
  'stale.product': 'this product',
  'stale.coupon': 'this coupon',
  'stale.show': 'this show',
  'stale.settings': 'these settings',
  'stale.stock': 'the stock',

  'date.none': 'No date',
  'date.time': 'Time',
  'date.time_of': '{what}: time of day',
  'date.choose': 'Choose a day: {what}',
  'date.choose_hint': 'Choose a day',
  'date.month_before': 'Month before',
  'date.month_after': 'Next month',
  'date.zone': 'In the time of {zone}.',

  'form.optional': 'optional',
  'common.change': 'Change',
  'common.more': 'More',
  'common.back_to': 'Back to {place}',
  'common.saved_as': 'Saved as {name}',
} as const;
