//! Messages crossing a link.

use super::CallResult;
use crate::system::Link;
use kernel::{Draw, Source, Span, Time};

#[derive(Clone, Debug)]
pub(crate) struct LinkState {
    /// Partitions in force.
    pub(crate) partitions: u32,
    /// Chance to survive the loss faults in force.
    pub(crate) survives: f64,
    pub(crate) delay: f64,
    /// When the last message of each direction has left the sender.
    free_at: [Time; 2],
}

/// Direction of a message.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    Request,
    Answer(CallResult),
}

impl LinkState {
    pub(crate) fn new() -> Self {
        LinkState {
            partitions: 0,
            survives: 1.0,
            delay: 1.0,
            free_at: [Time::ZERO; 2],
        }
    }

    /// How long a message of `bytes` takes; none when it is lost.
    ///
    /// With a bandwidth, messages of one direction leave one after the other: the delay is the
    /// wait for earlier ones, the transmission, and the latency.
    pub(super) fn cross(
        &mut self,
        link: &Link,
        way: Way,
        bytes: u64,
        now: Time,
        draw: Draw,
    ) -> Option<Span> {
        let mut source = draw.source();
        let lost = 1.0 - (1.0 - link.loss) * self.survives;
        if self.partitions > 0 || source.chance(lost) {
            return None;
        }
        let mut at = now;
        if let Some(rate) = link.bytes_per_s {
            let sending = Span::from_seconds(bytes as f64 / rate);
            let free_at = &mut self.free_at[usize::from(matches!(way, Way::Answer(_)))];
            at = (*free_at).max(now) + sending;
            *free_at = at;
        }
        let latency = link.latency.sample(&mut source) * self.delay;
        Some(at.since(now) + Span::from_ns_f64(latency))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Distribution;

    #[test]
    fn bandwidth_queues_and_loss_loses() {
        let mut link = Link {
            name: "wan".into(),
            latency: Distribution::Constant(5e6),
            loss: 0.0,
            bytes_per_s: Some(1e6),
        };
        let mut state = LinkState::new();
        let mut cross =
            |link: &Link, id| state.cross(link, Way::Request, 1_000, Time::ZERO, Draw::root(1, id));
        assert_eq!(cross(&link, 0), Some(Span::from_ms(6)));
        assert_eq!(cross(&link, 1), Some(Span::from_ms(7)), "behind the first");
        link.loss = 0.3;
        let lost = (0..10_000).filter(|&id| cross(&link, id).is_none()).count();
        assert!((2_800..3_200).contains(&lost), "{lost}");
        state.partitions = 1;
        assert_eq!(
            state.cross(
                &link,
                Way::Answer(CallResult::Ok),
                1,
                Time::ZERO,
                Draw::root(1, 0)
            ),
            None
        );
    }
}
