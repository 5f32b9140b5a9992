//! Passwords: argon2id, on two threads of their own. Whoever was here before has their turn before strangers.
//!
//! Each hashing takes 19 MiB while it runs. The threads keep that memory from one to the next: allocated anew each time, and on
//! whatever thread is free, it would stay with the process many times over.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use parking_lot::Mutex;
use rand::Rng as _;
use subtle::ConstantTimeEq as _;
use tokio::sync::{OnceCell, oneshot};

use super::OrgError;

const AT_ONCE: usize = 2;

/// How long a caller waits for its turn.
const TURN_WITHIN: Duration = Duration::from_secs(10);

/// Memory that nobody used for so long is given back.
const KEPT_FOR: Duration = Duration::from_secs(20);

const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = Params::DEFAULT_OUTPUT_LEN;

type Memory = Vec<Block>;
type Work = Box<dyn FnOnce(&mut Memory) + Send>;

/// Hashes and verifies. Clones share the threads, which end with the last of them.
#[derive(Clone)]
pub(super) struct Passwords {
    line: Arc<Mutex<Line>>,
    /// Whether those who ask are known here.
    known: bool,
    work: SyncSender<Work>,
    nobody: Arc<OnceCell<String>>,
    #[cfg(test)]
    pub(super) done: Arc<std::sync::atomic::AtomicUsize>,
}

/// Who waits for a turn.
struct Line {
    free: usize,
    known: VecDeque<oneshot::Sender<Turn>>,
    strangers: VecDeque<oneshot::Sender<Turn>>,
}

/// A turn. When it is over the next has it: of those who are known the first, then of the others.
struct Turn(Option<Arc<Mutex<Line>>>);

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(shared) = self.0.take() else { return };
        let mut line = shared.lock();
        loop {
            let known = line.known.pop_front();
            let Some(next) = known.or_else(|| line.strangers.pop_front()) else { break };
            match next.send(Turn(Some(shared.clone()))) {
                Ok(()) => return,
                Err(mut turn) => turn.0 = None, // Nobody waits there any more; the turn is still this one.
            }
        }
        line.free += 1;
    }
}

impl Passwords {
    pub(super) fn new() -> Self {
        let (work, receiver) = mpsc::sync_channel(AT_ONCE);
        let receiver = Arc::new(Mutex::new(receiver));
        for n in 0..AT_ONCE {
            let receiver = receiver.clone();
            let thread = std::thread::Builder::new().name(format!("passwords-{n}"));
            if let Err(error) = thread.spawn(move || run(&receiver)) {
                tracing::error!(%error, "a thread for passwords could not be started");
            }
        }
        let line = Line { free: AT_ONCE, known: VecDeque::new(), strangers: VecDeque::new() };
        Self {
            line: Arc::new(Mutex::new(line)),
            known: false,
            work,
            nobody: Arc::default(),
            #[cfg(test)]
            done: Arc::default(),
        }
    }

    /// The same for somebody who is known here: they do not wait behind strangers.
    pub(super) fn for_known(&self) -> Self {
        Self { known: true, ..self.clone() }
    }

    /// [`Passwords::for_known`] when somebody is, else these.
    pub(super) fn of(&self, known: bool) -> Self {
        if known { self.for_known() } else { self.clone() }
    }

    async fn turn(&self) -> Result<Turn, OrgError> {
        let waiting = {
            let mut line = self.line.lock();
            if line.free > 0 {
                line.free -= 1;
                return Ok(Turn(Some(self.line.clone())));
            }
            let (sender, waiting) = oneshot::channel();
            let queue = if self.known { &mut line.known } else { &mut line.strangers };
            // Those who gave up stand in nobody's way, and in nobody's memory.
            queue.retain(|one| !one.is_closed());
            queue.push_back(sender);
            waiting
        };
        let turn = tokio::time::timeout(TURN_WITHIN, waiting).await;
        turn.map_err(|_| OrgError::Busy)?.map_err(|_| OrgError::Password)
    }

    /// The PHC string to store.
    pub(super) async fn hash(&self, password: String) -> Result<String, OrgError> {
        self.in_turn(move |memory| {
            let mut salt = [0; SALT_BYTES];
            rand::rng().fill_bytes(&mut salt);
            let params = Params::DEFAULT;
            let hash = derive(&params, password.as_bytes(), &salt, memory)?;
            let (m, t, p) = (params.m_cost(), params.t_cost(), params.p_cost());
            let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
            Ok(format!("$argon2id$v=19$m={m},t={t},p={p}${salt}${hash}"))
        })
        .await?
    }

    /// Whether `password` fits `hash`. Without a hash (no such user) it works as long and says no.
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, OrgError> {
        let somebody = hash.is_some();
        let hash = match hash {
            Some(hash) => hash,
            None => {
                self.nobody.get_or_try_init(|| self.hash("nobody has this password".into())).await?.clone()
            }
        };
        let fits = self.in_turn(move |memory| {
            let stored = PasswordHash::new(&hash).map_err(|_| OrgError::Password)?;
            let params = Params::try_from(&stored).map_err(|_| OrgError::Password)?;
            let (salt, expected) = stored.salt.zip(stored.hash).ok_or(OrgError::Password)?;
            let hash = derive(&params, password.as_bytes(), salt.as_ref(), memory)?;
            Ok::<_, OrgError>(bool::from(hash.ct_eq(expected.as_bytes())))
        });
        Ok(fits.await?? && somebody)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, OrgError> {
        let turn = self.turn().await?;
        #[cfg(test)]
        self.done.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let (answer, answered) = oneshot::channel();
        // The turn goes with the work: a caller who hangs up must not let another one in beside it.
        let work = move |memory: &mut Memory| {
            let _turn: Turn = turn;
            let _ = answer.send(work(memory)); // who does not wait any more needs no answer
        };
        // With a turn there is room in the queue.
        self.work.try_send(Box::new(work)).map_err(|_| OrgError::Password)?;
        answered.await.map_err(|_| OrgError::Password)
    }
}

fn run(receiver: &Mutex<Receiver<Work>>) {
    let mut memory = Memory::new();
    loop {
        // Another thread may be waiting with the receiver in hand.
        let next = match receiver.try_lock_for(KEPT_FOR) {
            Some(receiver) => receiver.recv_timeout(KEPT_FOR),
            None => Err(RecvTimeoutError::Timeout),
        };
        match next {
            Ok(work) => work(&mut memory),
            Err(RecvTimeoutError::Timeout) => memory = Memory::new(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Source: RFC 9106, Argon2id version 1.3.
fn derive(
    params: &Params,
    password: &[u8],
    salt: &[u8],
    memory: &mut Memory,
) -> Result<[u8; HASH_BYTES], OrgError> {
    if memory.len() < params.block_count() {
        memory.resize(params.block_count(), Block::new());
    }
    let mut hash = [0; HASH_BYTES];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    argon2
        .hash_password_into_with_memory(password, salt, &mut hash, memory)
        .map_err(|_| OrgError::Password)?;
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use argon2::{PasswordHasher as _, PasswordVerifier as _};

    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_somebody_fits() {
        let passwords = Passwords::new();
        let hash = passwords.hash("correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(passwords.verify("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("wrong horse".into(), Some(hash)).await.unwrap());
        assert!(!passwords.verify("nobody has this password".into(), None).await.unwrap());
    }

    #[tokio::test]
    async fn hashes_are_those_of_the_library_as_it_comes() {
        let passwords = Passwords::new();
        let ours = passwords.hash("correct horse".into()).await.unwrap();
        let theirs: PasswordHash = Argon2::default().hash_password(b"correct horse").unwrap();
        assert!(passwords.verify("correct horse".into(), Some(theirs.to_string())).await.unwrap());
        let ours = PasswordHash::new(&ours).unwrap();
        assert!(Argon2::default().verify_password(b"correct horse", &ours).is_ok());
        assert!(passwords.verify("x".into(), Some("$argon2id$rubbish".into())).await.is_err());
    }

    #[tokio::test]
    async fn many_at_once_take_their_turns_and_who_hangs_up_holds_nobody_up() {
        let passwords = Passwords::new();
        let mut all = tokio::task::JoinSet::new();
        for n in 0..12 {
            let passwords = passwords.clone();
            all.spawn(async move {
                let hashing = passwords.hash(n.to_string());
                if n % 3 == 0 {
                    return tokio::time::timeout(Duration::from_millis(1), hashing).await.is_err();
                }
                hashing.await.is_ok()
            });
        }
        assert!(all.join_all().await.into_iter().all(|good| good));
        let back = async {
            while passwords.line.lock().free < AT_ONCE {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), back).await.expect("every turn comes back");
    }

    #[tokio::test]
    async fn who_is_known_does_not_wait_behind_strangers() {
        let passwords = Passwords::new();
        let (mut strangers, over) =
            (tokio::task::JoinSet::new(), Arc::<std::sync::atomic::AtomicUsize>::default());
        for n in 0..24 {
            let (passwords, over) = (passwords.clone(), over.clone());
            strangers.spawn(async move {
                passwords.hash(n.to_string()).await.unwrap();
                over.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            });
        }
        while passwords.line.lock().strangers.len() < 22 {
            tokio::task::yield_now().await;
        }
        passwords.for_known().hash("mine".into()).await.unwrap();
        let before_me = over.load(std::sync::atomic::Ordering::SeqCst);
        assert!(before_me <= 6, "{before_me} of 24 strangers were first");
        strangers.join_all().await;
    }
}
