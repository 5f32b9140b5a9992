//! What a room tells, tick by tick.

use vitrine_protocol::rtm::AuthorRole;
use vitrine_protocol::{
    CouponCard, CouponId, HighlightCard, HighlightId, MessageId, OrderId, ProductCard, PublishSessionId,
    ShowState,
};

use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

fn you() -> Author {
    Author { id: "a".into(), name: "ana".into(), role: AuthorRole::Viewer }
}

fn says(text: &str) -> ChatMessage {
    ChatMessage { id: MessageId::new(), at: at(0), author: you(), text: text.into() }
}

fn pin(id: HighlightId, action: HighlightAction, seconds: i64) -> Highlight {
    let card = CouponCard { coupon_id: CouponId::new(), code: "LIVE10".into(), title: "10 %".into() };
    Highlight {
        id,
        action,
        media_time_ms: Some(seconds * 1000),
        at: at(seconds),
        card: HighlightCard::Coupon(card),
    }
}

fn live() -> Airing {
    Airing {
        state: ShowState::Live,
        live_at: Some(at(0)),
        ended_at: None,
        playback_url: Some("http://x/index.m3u8".into()),
        still_url: Some("http://x/still.jpg".into()),
    }
}

fn room() -> State {
    let standing = Standing {
        airing: live(),
        received: Some(PublishSessionId::new()),
        rungs: vec![],
        messages: vec![],
        highlights: vec![],
        cards: vec![],
        products: vec![],
        version: 0,
    };
    State::new("e1".into(), standing)
}

fn lineup_changed() -> RoomEvent {
    RoomEvent::LineupChanged { version: Some(0) }
}

fn welcomed(
    room: &State,
    audience: Audience,
    known: Option<(&str, u64)>,
) -> (Option<Box<Snapshot>>, Vec<RoomEvent>) {
    match room.welcome(you(), audience, known, at(100)) {
        ServerFrame::Welcome { snapshot, missed, .. } => (snapshot, missed),
        other => panic!("{other:?}"),
    }
}

fn order() -> RoomEvent {
    let currency = "EUR".try_into().unwrap();
    RoomEvent::Order { id: OrderId::new(), total_minor: 4900, currency, items: 1 }
}

#[test]
fn a_tick_carries_what_waited_in_order_under_the_next_seq() {
    let mut room = room();
    let (one, two) = (says("one"), says("two"));
    assert_eq!(room.push(RoomEvent::Chat(one.clone())), Urgency::Tick);
    room.push(RoomEvent::Chat(two.clone()));
    let flush = room.flush().unwrap();
    assert!(flush.public == Share::Whole && flush.staff == Share::Whole && !flush.droppable);
    let events = vec![RoomEvent::Chat(one), RoomEvent::Chat(two)];
    assert_eq!(flush.whole, ServerFrame::Tick { seq: 1, events });
    assert!(room.flush().is_none());
}

#[test]
fn moderation_and_highlights_leave_at_once() {
    let mut room = room();
    let message = says("rude");
    room.push(RoomEvent::Chat(message.clone()));
    assert_eq!(room.push(RoomEvent::ChatRemoved { id: message.id }), Urgency::Now);
    let pinned = pin(HighlightId::new(), HighlightAction::Show, 1);
    assert_eq!(room.push(RoomEvent::Highlight { highlight: pinned }), Urgency::Now);
    let ServerFrame::Tick { events, .. } = room.flush().unwrap().whole else { panic!() };
    assert!(!events.iter().any(|e| matches!(e, RoomEvent::Chat(_))), "removed before it was shown");
}

#[test]
fn shoppers_never_get_staff_events_nor_do_all_members_see_what_is_earned() {
    let mut room = room();
    room.push(order());
    let flush = room.flush().unwrap();
    assert_eq!((flush.public, flush.staff), (Share::Nothing, Share::Nothing));
    room.push(order());
    room.push(RoomEvent::Media { receiving: true, rungs: Vec::new() });
    room.push(lineup_changed());
    let flush = room.flush().unwrap();
    let part = |events| Share::Part(Box::new(ServerFrame::Tick { seq: 2, events }));
    assert_eq!(flush.public, part(vec![lineup_changed()]));
    let media = RoomEvent::Media { receiving: true, rungs: Vec::new() };
    assert_eq!(flush.staff, part(vec![media.clone(), lineup_changed()]));
    let missed = |audience| welcomed(&room, audience, Some(("e1", 0))).1;
    assert_eq!(missed(Audience::Public), vec![lineup_changed()]);
    assert_eq!(missed(Audience::Staff), vec![media, lineup_changed()]);
    assert_eq!(missed(Audience::Earnings).len(), 4);
}

#[test]
fn a_known_epoch_gets_what_it_missed_and_an_unknown_one_a_snapshot() {
    let mut room = room();
    room.push(RoomEvent::Chat(says("one")));
    room.flush();
    room.push(lineup_changed());
    room.flush();
    assert_eq!(welcomed(&room, Audience::Public, Some(("e1", 1))), (None, vec![lineup_changed()]));
    for known in [None, Some(("e0", 1)), Some(("e1", 9))] {
        let (snapshot, missed) = welcomed(&room, Audience::Public, known);
        assert_eq!(snapshot.unwrap().messages.len(), 1);
        assert!(missed.is_empty());
    }
}

#[test]
fn a_seq_older_than_the_ring_gets_a_snapshot() {
    let mut room = room();
    for n in 0..RING_TICKS + 2 {
        room.push(RoomEvent::Chat(says(&n.to_string())));
        room.flush();
    }
    assert!(welcomed(&room, Audience::Public, Some(("e1", 1))).0.is_some());
    let (snapshot, missed) = welcomed(&room, Audience::Public, Some(("e1", 2)));
    assert!(snapshot.is_none());
    assert_eq!(missed.len(), RING_TICKS);
}

#[test]
fn a_snapshot_holds_only_what_ticks_have_told() {
    let mut room = room();
    room.push(RoomEvent::Chat(says("waiting")));
    assert!(welcomed(&room, Audience::Public, None).0.unwrap().messages.is_empty());
    room.flush();
    assert_eq!(welcomed(&room, Audience::Public, None).0.unwrap().messages.len(), 1);
}

#[test]
fn newcomers_are_told_where_the_show_plays_and_then_that_it_is_over() {
    let mut room = room();
    assert_eq!(welcomed(&room, Audience::Public, None).0.unwrap().airing, live());
    let over = Airing {
        state: ShowState::Ended,
        ended_at: Some(at(60)),
        playback_url: None,
        still_url: None,
        ..live()
    };
    assert_eq!(room.push(RoomEvent::State(over.clone())), Urgency::Now);
    room.flush();
    assert_eq!(welcomed(&room, Audience::Public, None).0.unwrap().airing, over);
}

#[test]
fn a_banned_author_leaves_the_snapshot() {
    let mut room = room();
    room.push(RoomEvent::Chat(says("one")));
    room.flush();
    room.push(RoomEvent::AuthorRemoved { author: "a".into() });
    room.flush();
    assert!(welcomed(&room, Audience::Public, None).0.unwrap().messages.is_empty());
}

#[test]
fn what_is_restored_stands_where_it_stood_and_only_once() {
    let mut room = room();
    let (one, mut other, two, last) = (says("one"), says("other"), says("two"), says("last"));
    other.author.id = "b".into();
    for message in [&one, &other, &two, &last] {
        room.push(RoomEvent::Chat(message.clone()));
    }
    room.flush();
    let texts = |room: &State| {
        let messages = welcomed(room, Audience::Public, None).0.unwrap().messages;
        messages.into_iter().map(|message| message.text).collect::<Vec<_>>()
    };
    room.push(RoomEvent::AuthorRemoved { author: "a".into() });
    room.flush();
    assert_eq!(texts(&room), ["other"]);
    for _ in 0..2 {
        let messages = vec![one.clone(), two.clone(), last.clone()];
        assert_eq!(room.push(RoomEvent::ChatRestored { messages }), Urgency::Now);
        room.flush();
        assert_eq!(texts(&room), ["one", "other", "two", "last"]);
    }

    // Banned again before the restored messages left: nobody is told them.
    room.push(RoomEvent::ChatRestored { messages: vec![one] });
    room.push(RoomEvent::AuthorRemoved { author: "a".into() });
    let flush = room.flush().unwrap();
    assert_eq!(
        (flush.public, flush.whole),
        (
            Share::Whole,
            ServerFrame::Tick { seq: 5, events: vec![RoomEvent::AuthorRemoved { author: "a".into() }] }
        )
    );
    assert_eq!(texts(&room), ["other"]);
}

#[test]
fn reactions_and_viewers_are_droppable_and_are_not_told_again() {
    let mut room = room();
    room.react(Reaction::Heart);
    room.react(Reaction::Heart);
    room.watch(3);
    let flush = room.flush_droppable().unwrap();
    assert!(flush.droppable);
    let counts = BTreeMap::from([(Reaction::Heart, 2)]);
    let events = vec![RoomEvent::Reactions { counts }, RoomEvent::Viewers { count: 3 }];
    assert_eq!(flush.whole, ServerFrame::Tick { seq: 1, events });
    room.watch(3);
    assert!(room.flush_droppable().is_none());
    assert!(welcomed(&room, Audience::Public, Some(("e1", 0))).1.is_empty());
}

#[test]
fn the_window_keeps_the_pin_in_force_and_the_last_minute() {
    let (a, b, c) = (HighlightId::new(), HighlightId::new(), HighlightId::new());
    let show_a = pin(a, HighlightAction::Show, 0);
    let show_b = pin(b, HighlightAction::Show, 10);
    let clear_a = pin(a, HighlightAction::Clear, 15); // b replaced it: changes nothing
    let show_c = pin(c, HighlightAction::Show, 50);
    let all = vec![show_a, show_b.clone(), clear_a, show_c.clone()];
    assert_eq!(window(&all, at(100)), vec![show_b, show_c.clone()]);
    let clear_c = pin(c, HighlightAction::Clear, 60);
    let all = vec![show_c, clear_c];
    assert!(window(&all, at(200)).is_empty());
}

#[test]
fn a_transition_told_twice_counts_once() {
    let mut room = room();
    let highlight = pin(HighlightId::new(), HighlightAction::Show, 90);
    for _ in 0..2 {
        room.push(RoomEvent::Highlight { highlight: highlight.clone() });
        room.flush();
    }
    assert_eq!(welcomed(&room, Audience::Public, None).0.unwrap().highlights, vec![highlight]);
}

fn card(stock: i64, price_minor: i64) -> ProductCard {
    let product_id = ProductId(uuid::Uuid::from_u128(1));
    let variant = vitrine_protocol::VariantCard {
        id: vitrine_protocol::VariantId(uuid::Uuid::from_u128(2)),
        title: "M".into(),
        sku: "s".into(),
        price_minor,
        compare_at_minor: None,
        prior_price_minor: None,
        discount_percent: None,
        stock,
        options: vec![],
    };
    let mut card = ProductCard {
        product_id,
        title: "Scarf".into(),
        url: "https://x".into(),
        image_url: None,
        currency: "EUR".try_into().unwrap(),
        price_minor,
        compare_at_minor: None,
        prior_price_minor: None,
        discount_percent: None,
        stock,
        variants: vec![variant],
        image_alt: String::new(),
        pictures: vec![],
    };
    card.hide_stock();
    card
}

fn ware(stock: i64, price_minor: i64) -> Ware {
    Ware { card: card(stock, price_minor), locals: None }
}

#[test]
fn a_sale_that_leaves_as_many_as_are_told_says_nothing_and_another_is_a_small_offer() {
    let mut room = room();
    assert_eq!(room.show(ware(214, 4900)), Shown::Other, "it was in no line-up that was told");
    assert_eq!(room.show(ware(213, 4900)), Shown::Same);
    let Shown::Offer(few) = room.show(ware(5, 4900)) else { panic!("5 are told") };
    assert_eq!((few.stock, few.price, few.currency, few.variants[0].stock), (5, None, None, 5));
    assert_eq!(room.show(ware(5, 4900)), Shown::Same, "a fact that is heard twice");
    let Shown::Offer(cheap) = room.show(ware(5, 3900)) else { panic!("the price is told") };
    assert_eq!((cheap.price.unwrap().price_minor, cheap.currency), (3900, "EUR".try_into().ok()));
    assert_eq!(card(5, 4900).with(&cheap), card(5, 3900));
    let other = ProductCard { title: "Shawl".into(), ..card(5, 3900) };
    let other = Ware { card: other, locals: None };
    assert_eq!(room.show(other), Shown::Other, "an offer has no room for that");
}

#[test]
fn a_product_with_words_or_prices_of_its_own_elsewhere_is_offered_by_its_stock_alone() {
    let mut room = room();
    let abroad = |stock, price, mark| Ware { locals: Some(mark), ..ware(stock, price) };
    room.know(vec![abroad(9, 4900, 1)]);
    assert_eq!(room.show(abroad(8, 4900, 1)), Shown::Same);
    let Shown::Offer(few) = room.show(abroad(2, 4900, 1)) else { panic!("2 are told") };
    assert_eq!((few.stock, few.price), (2, None));
    assert_eq!(room.show(abroad(2, 3900, 1)), Shown::Other, "that is no price for all who watch");
    assert_eq!(room.show(abroad(2, 3900, 2)), Shown::Other, "the price of another country changed");
    assert_eq!(room.show(ware(2, 3900)), Shown::Other, "it is the same for everybody now");
}

#[test]
fn an_offer_is_for_shoppers_who_know_it_and_others_load_the_line_up() {
    let mut room = room();
    room.know(vec![ware(9, 4900)]);
    let Shown::Offer(cheap) = room.show(ware(9, 3900)) else { panic!("the price is told") };
    room.push(RoomEvent::Offer(cheap));
    let Shown::Offer(few) = room.show(ware(1, 3900)) else { panic!("1 is told") };
    assert!(few.price.is_some(), "what waits was told to nobody");
    let few = Offer { version: Some(0), ..few };
    room.push(RoomEvent::Offer(few.clone()));
    room.tell_staff();
    room.tell_staff();
    let flush = room.flush().unwrap();
    let tick = |events| ServerFrame::Tick { seq: 1, events };
    assert_eq!(flush.whole, tick(vec![lineup_changed()]));
    assert_eq!(flush.staff, Share::Whole);
    assert_eq!(flush.public, Share::Part(Box::new(tick(vec![RoomEvent::Offer(few.clone())]))));
    assert_eq!(flush.earlier, Share::Whole, "the same bytes");
    let missed = |audience| welcomed(&room, audience, Some(("e1", 0))).1;
    assert_eq!(missed(Audience::Public), [RoomEvent::Offer(few)]);
    assert_eq!(missed(Audience::Earlier), [lineup_changed()]);
    assert_eq!(missed(Audience::Earnings), [lineup_changed()]);
    room.tell_staff();
    let flush = room.flush().unwrap();
    assert_eq!((flush.staff, flush.public, flush.earlier), (Share::Whole, Share::Nothing, Share::Nothing));
}

#[test]
fn whoever_loads_the_line_up_is_told_the_newest_version_of_all_that_changed() {
    let mut room = room();
    for version in [7, 9, 8] {
        room.reaches(Some(version));
        room.push(RoomEvent::LineupChanged { version: Some(version) });
    }
    room.tell_staff();
    let flush = room.flush().unwrap();
    let events = vec![RoomEvent::LineupChanged { version: Some(9) }];
    assert_eq!(flush.whole, ServerFrame::Tick { seq: 1, events });
    assert_eq!((flush.public, flush.staff), (Share::Whole, Share::Whole));
    room.push(RoomEvent::LineupChanged { version: Some(12) });
    room.flush();
    let missed = welcomed(&room, Audience::Public, Some(("e1", 0))).1;
    assert_eq!(missed, [RoomEvent::LineupChanged { version: Some(12) }]);
    let (snapshot, _) = welcomed(&room, Audience::Public, None);
    assert_eq!(snapshot.unwrap().version, Some(9), "the page that comes in looks whether it is as new");
}

#[test]
fn a_room_that_was_not_told_everything_tells_what_is_other_than_it_was() {
    let mut room = room();
    let messages: Vec<_> = (0..60).map(|n| says(&n.to_string())).collect();
    for message in &messages {
        room.push(RoomEvent::Chat(message.clone()));
    }
    let (first, second) = (HighlightId::new(), HighlightId::new());
    room.push(RoomEvent::Highlight { highlight: pin(first, HighlightAction::Show, 1) });
    room.flush();
    let stands = |messages: &[ChatMessage], highlights: Vec<Highlight>, airing: Airing| Standing {
        airing,
        received: Some(PublishSessionId::new()),
        rungs: vec![],
        messages: messages.to_vec(),
        highlights,
        cards: vec![ware(9, 4900)],
        products: vec![],
        version: 5,
    };
    let shown = pin(first, HighlightAction::Show, 1);
    let same = stands(&messages[10..], vec![shown.clone()], live());
    assert_eq!(room.renew(same), [RoomEvent::LineupChanged { version: Some(5) }]);
    assert_eq!(room.show(ware(8, 4900)), Shown::Same, "its products are known");
    assert!(room.may_have_read(5) && !room.may_have_read(6));

    let over = Airing { state: ShowState::Ended, ..live() };
    let new = says("new");
    let page: Vec<_> = messages[9..20].iter().chain(&messages[21..]).chain([&new]).cloned().collect();
    let gone = pin(first, HighlightAction::Clear, 2);
    let next = pin(second, HighlightAction::Show, 3);
    let told = room.renew(stands(&page, vec![shown, gone.clone(), next.clone()], over.clone()));
    assert_eq!(
        told,
        [
            RoomEvent::ChatRemoved { id: messages[20].id },
            RoomEvent::ChatRestored { messages: vec![messages[9].clone(), new] },
            RoomEvent::Highlight { highlight: gone },
            RoomEvent::Highlight { highlight: next },
            RoomEvent::State(over),
            RoomEvent::LineupChanged { version: Some(5) },
        ]
    );
}
