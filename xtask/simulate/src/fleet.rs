//! The simulation loop, in steps of one second.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use fastrand::Rng;
use xtask_progress::Progress;

use crate::client::{Ask, Client};
use crate::options::Options;
use crate::outcome::Outcome;
use crate::service::{Service, index};

struct Member<C> {
    client: C,
    start: u32,
}

/// The members that continue a call, by second. A member is identified by group and index.
type Agenda = BTreeMap<u32, Vec<(usize, usize)>>;

pub(crate) fn run<C: Client>(
    options: &Options,
    progress: &Progress,
    name: &'static str,
    new: impl Fn(u64) -> C,
) -> Outcome {
    progress.begin(name);
    let mut rng = Rng::with_seed(options.seed);
    // Members that ask in the same second form a group.
    let mut groups: Vec<Vec<Member<C>>> = Vec::new();
    groups.resize_with(index(options.ask_every), Vec::new);
    let length = groups.len();
    for _ in 0..options.clients {
        let start = rng.u32(0..=options.spread);
        if let Some(group) = groups.get_mut(index(start) % length) {
            group.push(Member { client: new(rng.u64(..)), start });
        }
    }
    let mut service = Service::new(options);
    let mut outcome = Outcome::new(name, options);
    let mut agenda = Agenda::new();
    for second in 0..options.end() {
        service.tick(second);
        for who @ (group, member) in agenda.remove(&second).unwrap_or_default() {
            let Some(Member { client, .. }) =
                groups.get_mut(group).and_then(|group| group.get_mut(member))
            else {
                continue;
            };
            let (waited, is_served, again) = client.retry(&mut service);
            let ask = if is_served { Ask::Served } else { Ask::WithoutCredentials };
            outcome.count(ask, waited, &service);
            note(&mut agenda, second, again, who);
        }
        let group = index(second) % length;
        for (member, Member { client, start }) in
            groups.get_mut(group).into_iter().flatten().enumerate()
        {
            if *start <= second {
                let (ask, again) = client.ask(&mut service);
                outcome.count(ask, 1, &service);
                note(&mut agenda, second, again, (group, member));
            }
        }
        progress.advance(1);
    }
    outcome.load = service.load;
    outcome
}

fn note(agenda: &mut Agenda, second: u32, again: Option<NonZeroU32>, who: (usize, usize)) {
    if let Some(wait) = again {
        agenda.entry(second.saturating_add(wait.get())).or_default().push(who);
    }
}
