//! What was said and not yet answered. A message whose answer was lost may have been taken: said again, it goes under the
//! same mark for a while, and the room answers what it answered first.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use uuid::Uuid;

use crate::error::CommandError;

/// Unanswered messages that are remembered.
const REMEMBERED: usize = 32;
/// The same words after this time are another message: "thank you" is said more than once in a show.
const SAME_WITHIN: Duration = Duration::from_secs(60);

/// Where the room's word goes.
pub type Answer = oneshot::Sender<Result<(), CommandError>>;

struct Saying {
    mark: String,
    text: String,
    /// When it was said last.
    said: Instant,
    /// `None`: nobody waits any more.
    answer: Option<Answer>,
}

impl Saying {
    fn is_awaited(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| !answer.is_closed())
    }
}

/// Messages on their way, and those whose answer was lost.
#[derive(Default)]
pub struct Sayings(VecDeque<Saying>);

impl Sayings {
    /// Something is said; the answer is its mark.
    pub fn say(&mut self, text: &str, answer: Answer, now: Instant) -> String {
        self.0.retain(|saying| saying.is_awaited() || now.duration_since(saying.said) <= SAME_WITHIN);
        let lost = |saying: &Saying| !saying.is_awaited() && saying.text == text;
        let again = self.0.iter().position(lost).and_then(|at| self.0.remove(at));
        let mark = again.map_or_else(|| Uuid::now_v7().to_string(), |again| again.mark);
        self.0.push_back(Saying {
            mark: mark.clone(),
            text: text.to_owned(),
            said: now,
            answer: Some(answer),
        });
        while self.0.len() > REMEMBERED {
            self.0.pop_front();
        }
        mark
    }

    /// The room has answered.
    pub fn answer(&mut self, mark: &str, word: Result<(), CommandError>) {
        let found = self.0.iter().position(|saying| saying.mark == mark);
        if let Some(answer) = found.and_then(|at| self.0.remove(at)).and_then(|saying| saying.answer) {
            let _ = answer.send(word);
        }
    }

    /// The line is gone: who waits is told `word`, and what was said is remembered.
    pub fn lose(&mut self, word: &CommandError) {
        for saying in &mut self.0 {
            if let Some(answer) = saying.answer.take() {
                let _ = answer.send(Err(word.clone()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use vitrine_protocol::Code;

    use super::*;

    fn down() -> CommandError {
        CommandError::new(Code::CloudUnreachable, "down")
    }

    #[test]
    fn what_is_said_again_after_a_lost_answer_goes_under_its_first_mark() {
        let mut sayings = Sayings::default();
        let (first, mut waits) = oneshot::channel();
        let mark = sayings.say("hello", first, Instant::now());
        sayings.lose(&down());
        assert!(waits.try_recv().unwrap().is_err());
        let (again, mut waits) = oneshot::channel();
        assert_eq!(sayings.say("hello", again, Instant::now()), mark);
        sayings.answer(&mark, Ok(()));
        assert!(waits.try_recv().unwrap().is_ok());
        // The answer is known: the same words are another message now.
        let (third, _waits) = oneshot::channel();
        assert_ne!(sayings.say("hello", third, Instant::now()), mark);
    }

    #[test]
    fn whoever_stopped_waiting_says_the_same_message_and_two_at_once_are_two() {
        let mut sayings = Sayings::default();
        let (first, waits) = oneshot::channel();
        let mark = sayings.say("hello", first, Instant::now());
        let (other, _other) = oneshot::channel();
        assert_ne!(sayings.say("hello", other, Instant::now()), mark, "the first is still waited for");
        drop(waits);
        let (again, _again) = oneshot::channel();
        assert_eq!(sayings.say("hello", again, Instant::now()), mark);
    }

    #[test]
    fn what_nobody_asks_for_again_is_forgotten() {
        let mut sayings = Sayings::default();
        for n in 0..100 {
            let (answer, _) = oneshot::channel();
            sayings.say(&n.to_string(), answer, Instant::now());
            sayings.lose(&down());
        }
        assert_eq!(sayings.0.len(), REMEMBERED);
    }

    #[test]
    fn the_same_words_much_later_are_another_message() {
        let mut sayings = Sayings::default();
        let start = Instant::now();
        let say = |sayings: &mut Sayings, at: u64| {
            let mark = sayings.say("thank you!", oneshot::channel().0, start + Duration::from_secs(at));
            sayings.lose(&down());
            mark
        };
        let first = say(&mut sayings, 0);
        assert_eq!(say(&mut sayings, 50), first);
        assert_eq!(say(&mut sayings, 100), first, "tried again and again");
        let later = say(&mut sayings, 161);
        assert_ne!(later, first);
        assert_eq!(say(&mut sayings, 162), later, "and only the last one is meant");
    }
}
