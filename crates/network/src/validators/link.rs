//! One stream: a reader, and a writer that takes urgent frames first.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use bytes::Bytes;
use futures::{AsyncReadExt, AsyncWriteExt, io::BufReader};
use libp2p::Stream;
use realdid_crypto::PublicKey;
use realdid_types::limits::FRAME_BYTES_MAX;
use tokio::{sync::mpsc, time::timeout};

use super::{Event, Urgency};
use crate::frame::{read_frame, write_frame};

/// Votes, certificates and proposals that wait: some views' worth of the largest set.
const URGENT_MAX: usize = 1_024;
/// Batches and blocks that wait: at most 64 KiB each but for answers to catching up, so about 16 MiB.
const BULK_MAX: usize = 256;
/// A peer that takes nothing for so long is gone.
const WRITE_MAX: Duration = Duration::from_secs(10);

/// The two queues of a stream.
pub(crate) struct Queues {
    urgent: mpsc::Sender<Bytes>,
    bulk: mpsc::Sender<Bytes>,
    bytes: Arc<AtomicUsize>,
}

/// Their other ends.
pub(crate) struct Waiting {
    urgent: mpsc::Receiver<Bytes>,
    bulk: mpsc::Receiver<Bytes>,
    bytes: Arc<AtomicUsize>,
}

impl Queues {
    pub(crate) fn new() -> (Self, Waiting) {
        let (urgent, urgent_waiting) = mpsc::channel(URGENT_MAX);
        let (bulk, bulk_waiting) = mpsc::channel(BULK_MAX);
        let bytes = Arc::new(AtomicUsize::new(0));
        let waiting = Waiting { urgent: urgent_waiting, bulk: bulk_waiting, bytes: bytes.clone() };
        (Self { urgent, bulk, bytes }, waiting)
    }

    pub(crate) fn push(&self, frame: Bytes, urgency: Urgency) -> bool {
        let queue = match urgency {
            Urgency::Urgent => &self.urgent,
            Urgency::Bulk => &self.bulk,
        };
        let length = frame.len();
        // before the other end can take it off again
        self.bytes.fetch_add(length, Relaxed);
        let has_room = queue.try_send(frame).is_ok();
        if !has_room {
            self.bytes.fetch_sub(length, Relaxed);
        }
        has_room
    }

    /// How many bytes wait.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Relaxed)
    }
}

impl Waiting {
    /// The next frame, urgent ones first.
    async fn next(&mut self) -> Option<Bytes> {
        let frame = tokio::select! {
            biased;
            frame = self.urgent.recv() => frame,
            frame = self.bulk.recv() => frame,
        };
        self.take_off(frame)
    }

    fn next_now(&mut self) -> Option<Bytes> {
        let frame = self.urgent.try_recv().or_else(|_| self.bulk.try_recv()).ok();
        self.take_off(frame)
    }

    fn take_off(&self, frame: Option<Bytes>) -> Option<Bytes> {
        self.bytes.fetch_sub(frame.as_ref().map_or(0, Bytes::len), Relaxed);
        frame
    }
}

/// Carries frames both ways until either side ends the stream.
pub(crate) async fn carry(
    peer: PublicKey,
    stream: Stream,
    waiting: Waiting,
    events: mpsc::Sender<Event>,
) -> io::Result<()> {
    let (reader, writer) = stream.split();
    tokio::select! {
        ended = read_all(peer, reader, events) => ended,
        ended = write_all(writer, waiting) => ended,
    }
}

/// A full queue of events makes this wait, and so in the end the peer.
async fn read_all(
    peer: PublicKey,
    reader: impl futures::AsyncRead + Unpin,
    events: mpsc::Sender<Event>,
) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(32 * 1024, reader);
    loop {
        let frame = read_frame(&mut reader, FRAME_BYTES_MAX).await?;
        if events.send(Event::Received(peer, frame)).await.is_err() {
            return Ok(());
        }
    }
}

async fn write_all(writer: impl futures::AsyncWrite + Unpin, mut waiting: Waiting) -> io::Result<()> {
    let mut writer = futures::io::BufWriter::with_capacity(32 * 1024, writer);
    while let Some(first) = waiting.next().await {
        let mut next = Some(first);
        while let Some(frame) = next {
            timeout(WRITE_MAX, write_frame(&mut writer, &frame)).await??;
            next = waiting.next_now();
        }
        timeout(WRITE_MAX, writer.flush()).await??;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bytes_that_wait_are_those_pushed_with_success_and_not_taken() {
        let (queues, mut waiting) = Queues::new();
        for _ in 0..BULK_MAX {
            assert!(queues.push(Bytes::from_static(b"bulk"), Urgency::Bulk));
        }
        assert!(!queues.push(Bytes::from_static(b"bulk"), Urgency::Bulk));
        assert!(queues.push(Bytes::from_static(b"urgent"), Urgency::Urgent));
        assert_eq!(queues.bytes(), 4 * BULK_MAX + 6);

        assert_eq!(waiting.next().await, Some(Bytes::from_static(b"urgent")));
        assert_eq!(queues.bytes(), 4 * BULK_MAX);
        while waiting.next_now().is_some() {}
        assert_eq!(queues.bytes(), 0);
    }
}
