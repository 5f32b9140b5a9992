//! What the synthetic host and the shoppers do, and when. Pure.

use std::time::Duration;

use vitrine_protocol::rtm::Reaction;

/// How long a product has the stage.
pub(super) const TURN: Duration = Duration::from_secs(15);
/// The names of the shoppers.
pub(super) const SHOPPERS: [&str; 4] = ["ana", "Marek", "jo", "Sofia"];

/// One thing that happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// The host pins the product with this slug.
    Pin(&'static str),
    /// The host pins the coupon.
    PinCoupon,
    /// The host takes the pin off.
    Clear,
    /// The host says something.
    Host(&'static str),
    /// A shopper says something.
    Shopper(usize, &'static str),
    /// A shopper reacts.
    React(usize, Reaction),
}

/// An act with its place in the turn.
pub(super) type Cue = (Duration, Act);

struct Turn {
    slug: &'static str,
    opening: &'static str,
    asks: (usize, &'static str),
    answer: &'static str,
    cheers: (usize, &'static str),
}

const TURNS: [Turn; 6] = [
    Turn {
        slug: "linen-shirt",
        opening: "First up: the linen shirt. Washed twice, so it is soft from day one.",
        asks: (0, "does it shrink?"),
        answer: "Not any more, it was washed before it was cut.",
        cheers: (1, "love the colour"),
    },
    Turn {
        slug: "canvas-bag",
        opening: "This is the canvas bag I carry every day.",
        asks: (2, "would a 15 inch laptop fit?"),
        answer: "Yes, with room for lunch beside it.",
        cheers: (3, "finally a bag with proper handles"),
    },
    Turn {
        slug: "ceramic-mug",
        opening: "The mug is thrown by hand, so no two are quite the same.",
        asks: (3, "is the glaze dishwasher safe?"),
        answer: "It is. I have put mine through a hundred times.",
        cheers: (0, "that green!"),
    },
    Turn {
        slug: "wool-scarf",
        opening: "Now something for the cold: lambswool, with a fringe knotted by hand.",
        asks: (1, "is it scratchy?"),
        answer: "Not at all, lambswool is the soft kind.",
        cheers: (2, "getting one for my sister"),
    },
    Turn {
        slug: "leather-belt",
        opening: "The belt is vegetable-tanned and gets darker with the years.",
        asks: (0, "how do I find my size?"),
        answer: "Measure from the buckle to the hole you use. That is the number.",
        cheers: (3, "my old one lasted ten years"),
    },
    Turn {
        slug: "straw-hat",
        opening: "And the straw hat. Only a handful left, I have to say.",
        asks: (2, "can it be packed flat?"),
        answer: "Yes, a little steam brings it back into shape.",
        cheers: (1, "summer is saved"),
    },
];

/// Turn `n`: the products one after the other, then the coupon, then again.
pub(super) fn turn(n: usize) -> Vec<Cue> {
    let at = Duration::from_millis;
    let Some(turn) = TURNS.get(n % (TURNS.len() + 1)) else {
        return vec![
            (at(0), Act::PinCoupon),
            (at(700), Act::Host("A little thank-you for being here: LIVE10 takes ten percent off.")),
            (at(4_000), Act::React(0, Reaction::Heart)),
            (at(4_300), Act::React(3, Reaction::Clap)),
            (at(5_500), Act::Shopper(3, "used it, thank you!")),
            (at(13_500), Act::Clear),
        ];
    };
    vec![
        (at(0), Act::Pin(turn.slug)),
        (at(700), Act::Host(turn.opening)),
        (at(3_000), Act::React(turn.cheers.0, Reaction::Heart)),
        (at(4_200), Act::Shopper(turn.asks.0, turn.asks.1)),
        (at(7_600), Act::Host(turn.answer)),
        (at(9_000), Act::React(turn.asks.0, Reaction::Fire)),
        (at(10_400), Act::Shopper(turn.cheers.0, turn.cheers.1)),
        (at(13_500), Act::Clear),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::goods::Goods;
    use super::*;

    #[test]
    fn a_round_pins_every_product_once_and_the_coupon() {
        let mut pinned = Vec::new();
        let mut coupons = 0;
        for n in 0..=TURNS.len() {
            for (_, act) in turn(n) {
                match act {
                    Act::Pin(slug) => pinned.push(slug),
                    Act::PinCoupon => coupons += 1,
                    _ => {}
                }
            }
        }
        let goods = Goods::read().unwrap();
        let slugs: Vec<_> = goods.products.iter().map(|p| p.slug.as_str()).collect();
        assert_eq!(pinned, slugs);
        assert_eq!(coupons, 1);
        assert_eq!(turn(7), turn(0));
    }

    #[test]
    fn a_turn_is_in_order_within_its_time_and_clears_what_it_pinned() {
        for n in 0..8 {
            let turn = turn(n);
            assert!(turn.windows(2).all(|pair| pair[0].0 <= pair[1].0));
            assert!(turn.last().is_some_and(|(at, act)| *at < TURN && *act == Act::Clear));
        }
    }
}
