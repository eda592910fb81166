//! Who has a place, and whose body has room, where more come than there are places. Whoever has delivered something that
//! was signed by who may keeps both; of the others, those give way that were there longest, or send slowest.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// Connections at once.
const CONNECTIONS_MAX: usize = 256;
/// What an honest sender needs to show what it brings: its first packets come with the connection.
const GRACE: Duration = Duration::from_millis(100);
/// Bytes of all large bodies together, until they are answered.
const ROOM_BYTES: usize = 6 << 20;
/// What every body has room for besides.
pub(super) const OWN_BYTES: usize = 32 << 10;
/// The room is counted in pieces of this.
const PIECE_BYTES: usize = 1 << 10;
/// Where room is short, a large body is slow that came in more than this time…
const SLOW_AFTER: Duration = Duration::from_millis(500);
/// …with fewer bytes a second.
const SLOW_BYTES_PER_S: u64 = 128 << 10;
/// How soon it is looked again who is slow.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The connections, as far as it matters who gives way. Pure.
#[derive(Debug, Default)]
struct Crowd {
    /// In the order in which they came.
    members: BTreeMap<u64, Member>,
    next: u64,
}

#[derive(Debug)]
struct Member {
    since: Instant,
    /// Whether it has delivered what was signed by who may.
    is_proven: bool,
    /// A body that has room and is still on its way.
    body: Option<LargeBody>,
    /// Whether it was told to end.
    is_ending: bool,
    end: Arc<Notify>,
}

#[derive(Debug)]
struct LargeBody {
    since: Instant,
    bytes: u64,
}

/// Whether one more may come.
#[derive(Debug, PartialEq, Eq)]
enum Room {
    Free,
    /// When one has left that was told to, or leaves by itself.
    WhenOneLeaves,
    /// There will be somebody then who gives way.
    After(Duration),
}

impl Crowd {
    fn enter(&mut self, now: Instant) -> (u64, Arc<Notify>) {
        self.next += 1;
        let end = Arc::new(Notify::new());
        let member = Member { since: now, is_proven: false, body: None, is_ending: false, end: Arc::clone(&end) };
        self.members.insert(self.next, member);
        (self.next, end)
    }

    /// Says whether one more may come. Where none may, whoever was there longest is told to end.
    fn room(&mut self, now: Instant) -> Room {
        if self.members.len() < CONNECTIONS_MAX {
            return Room::Free;
        }
        if self.members.values().any(|it| it.is_ending) {
            return Room::WhenOneLeaves;
        }
        self.end_oldest(now)
    }

    /// Tells whoever was there longest to end, of those that have delivered nothing and had time to.
    fn end_oldest(&mut self, now: Instant) -> Room {
        let oldest = self.members.values_mut().find(|it| !it.is_proven && !it.is_ending);
        let Some(oldest) = oldest else { return Room::WhenOneLeaves };
        let age = now.saturating_duration_since(oldest.since);
        if age < GRACE {
            return Room::After(GRACE - age);
        }
        oldest.tell_to_end();
        Room::WhenOneLeaves
    }

    /// Tells the slowest of the large bodies to end, if one is slow. Returns whether one was.
    fn end_slowest(&mut self, now: Instant) -> bool {
        let rate = |body: &LargeBody| {
            let took = now.saturating_duration_since(body.since);
            (took >= SLOW_AFTER).then(|| body.bytes.saturating_mul(1000) / (took.as_millis() as u64).max(1))
        };
        let slow = self.members.values_mut().filter(|it| !it.is_proven && !it.is_ending);
        let slow = slow.filter_map(|it| it.body.as_ref().and_then(rate).map(|rate| (rate, it)));
        let slowest = slow.filter(|(rate, _)| *rate < SLOW_BYTES_PER_S).min_by_key(|(rate, _)| *rate);
        slowest.map(|(_, it)| it.tell_to_end()).is_some()
    }
}

impl Member {
    fn tell_to_end(&mut self) {
        self.is_ending = true;
        self.end.notify_one();
    }
}

/// The places, and the room for bodies.
#[derive(Debug)]
pub(super) struct Places {
    crowd: Mutex<Crowd>,
    /// Somebody left.
    left: Notify,
    room: Arc<Semaphore>,
    /// Somebody's body has gone.
    freed: Notify,
}

impl Places {
    /// Nobody is there.
    pub fn new() -> Arc<Places> {
        let room = Arc::new(Semaphore::new(ROOM_BYTES / PIECE_BYTES));
        Arc::new(Places { crowd: Mutex::default(), left: Notify::new(), room, freed: Notify::new() })
    }

    /// Takes a place for a connection, when there is one.
    pub async fn take(self: &Arc<Places>) -> Place {
        loop {
            let now = Instant::now();
            let room = self.crowd().room(now);
            match room {
                Room::Free => {
                    let (id, end) = self.crowd().enter(now);
                    return Place { places: Arc::clone(self), id, end };
                }
                Room::WhenOneLeaves => self.left.notified().await,
                Room::After(time) => {
                    let _ = tokio::time::timeout(time, self.left.notified()).await;
                }
            }
        }
    }

    /// Has one connection end, where the system gives no more of them.
    pub fn give_one_back(&self) {
        self.crowd().end_oldest(Instant::now());
    }

    fn crowd(&self) -> MutexGuard<'_, Crowd> {
        self.crowd.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection's place, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    id: u64,
    end: Arc<Notify>,
}

impl Place {
    /// Comes back when the connection is to give way to others.
    pub async fn is_needed(&self) {
        self.end.notified().await;
    }

    /// Remembers that it has delivered what was signed by who may.
    pub fn prove(&self) {
        self.with(|member| member.is_proven = true);
    }

    /// Takes room for a body that is larger than every body may be, when there is some: for all of it at once, so that none
    /// waits with half of it for others that do the same. `bytes` is all of it, `come` what has come.
    pub async fn room_for(&self, bytes: usize, come: usize) -> BodyRoom {
        let pieces = bytes.saturating_sub(OWN_BYTES).div_ceil(PIECE_BYTES).min(ROOM_BYTES / PIECE_BYTES);
        loop {
            let freed = self.places.freed.notified();
            let room = Arc::clone(&self.places.room).try_acquire_many_owned(pieces as u32);
            if let Ok(room) = room {
                let body = LargeBody { since: Instant::now(), bytes: come as u64 };
                self.with(|member| member.body = Some(body));
                return BodyRoom { places: Arc::clone(&self.places), room: Some(room) };
            }
            self.places.crowd().end_slowest(Instant::now());
            let _ = tokio::time::timeout(LOOK_EVERY, freed).await;
        }
    }

    /// Remembers that so many bytes more of its large body have come.
    pub fn grew(&self, bytes: usize) {
        self.with(|member| member.body.iter_mut().for_each(|body| body.bytes += bytes as u64));
    }

    /// Remembers that its body is whole: nobody waits for it.
    pub fn has_come(&self) {
        self.with(|member| member.body = None);
    }

    fn with(&self, change: impl FnOnce(&mut Member)) {
        if let Some(member) = self.places.crowd().members.get_mut(&self.id) {
            change(member);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.crowd().members.remove(&self.id);
        self.places.left.notify_one();
    }
}

/// The room of a large body, until it is dropped.
#[derive(Debug)]
pub(super) struct BodyRoom {
    places: Arc<Places>,
    room: Option<OwnedSemaphorePermit>,
}

impl Drop for BodyRoom {
    fn drop(&mut self) {
        drop(self.room.take());
        self.places.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(now: Instant) -> Crowd {
        let mut crowd = Crowd::default();
        (0..CONNECTIONS_MAX).for_each(|_| drop(crowd.enter(now)));
        crowd
    }

    fn ending(crowd: &Crowd) -> Vec<u64> {
        crowd.members.iter().filter(|(_, it)| it.is_ending).map(|(id, _)| *id).collect()
    }

    #[test]
    fn who_was_there_longest_and_proved_nothing_gives_way() {
        let now = Instant::now();
        let mut crowd = full(now);
        for id in [1, 2, 4] {
            crowd.members.get_mut(&id).expect("is there").is_proven = true;
        }
        assert_eq!(crowd.room(now), Room::After(GRACE), "nobody had time to show anything");
        assert_eq!(crowd.room(now + GRACE / 4), Room::After(GRACE * 3 / 4));
        let now = now + GRACE;
        assert_eq!((crowd.room(now), ending(&crowd)), (Room::WhenOneLeaves, vec![3]));
        assert_eq!((crowd.room(now), ending(&crowd)), (Room::WhenOneLeaves, vec![3]), "one for one");
        crowd.members.remove(&3);
        assert_eq!(crowd.room(now), Room::Free);
        let (newest, _) = crowd.enter(now);
        assert_eq!((crowd.room(now), ending(&crowd)), (Room::WhenOneLeaves, vec![5]));
        crowd.members.values_mut().for_each(|it| (it.is_proven, it.is_ending) = (true, false));
        assert_eq!((crowd.room(now + GRACE * 100), ending(&crowd)), (Room::WhenOneLeaves, vec![]), "all are honest");
        crowd.members.get_mut(&newest).expect("is there").is_proven = false;
        assert_eq!(crowd.room(now + GRACE / 2), Room::After(GRACE / 2));
    }

    #[test]
    fn the_slowest_body_gives_way_and_none_that_comes_well() {
        let now = Instant::now();
        let mut crowd = full(now);
        let mut body = |id: u64, bytes: u64, is_proven: bool| {
            let member = crowd.members.get_mut(&id).expect("is there");
            (member.body, member.is_proven) = (Some(LargeBody { since: now, bytes }), is_proven);
        };
        body(1, 0, true);
        body(2, 90_000, false);
        body(3, 70_000, false);
        body(4, 1_000_000, false);
        assert!(!crowd.end_slowest(now + SLOW_AFTER / 2), "it is too early to say");
        let late = now + Duration::from_secs(1);
        assert!(crowd.end_slowest(late));
        assert_eq!(ending(&crowd), [3]);
        assert!(crowd.end_slowest(late));
        assert_eq!(ending(&crowd), [2, 3]);
        assert!(!crowd.end_slowest(late), "the others are honest or fast");
    }

    fn run(test: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(test);
    }

    #[test]
    fn a_place_is_free_again_when_its_connection_has_gone() {
        run(async {
            let places = Places::new();
            let mut taken = Vec::new();
            for _ in 0..CONNECTIONS_MAX {
                taken.push(places.take().await);
            }
            taken.iter().skip(1).for_each(Place::prove);
            // Whoever is told to end ends.
            let first = taken.remove(0);
            let (_, ()) = tokio::join!(places.take(), async {
                first.is_needed().await;
                drop(first);
            });
        });
    }

    #[test]
    fn room_is_waited_for_and_comes_back() {
        run(async {
            let places = Places::new();
            let place = places.take().await;
            let all = place.room_for(ROOM_BYTES + OWN_BYTES, 0).await;
            place.has_come();
            let other = places.take().await;
            let waiting = tokio::time::timeout(LOOK_EVERY * 3, other.room_for(OWN_BYTES + 1, 0));
            assert!(waiting.await.is_err(), "a whole body keeps its room until it is answered");
            let (_, ()) = tokio::join!(other.room_for(OWN_BYTES + 1, 0), async { drop(all) });
            assert_eq!(places.room.available_permits(), ROOM_BYTES / PIECE_BYTES);
        });
    }
}
