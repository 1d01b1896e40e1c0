//! Questions and answers as frames.

use std::io;

use bytes::Bytes;
use futures::{AsyncRead, AsyncWrite, AsyncWriteExt};
use libp2p::{StreamProtocol, request_response};
use realdid_types::limits::{BATCH_BYTES_MAX, FRAME_BYTES_MAX};

use crate::frame::{read_frame, write_frame};

/// A question names a digest or two; a member's node may also hand over a batch.
const QUESTION_BYTES_MAX: usize = BATCH_BYTES_MAX + 64;

#[derive(Clone, Default)]
pub(crate) struct Codec;

impl request_response::Codec for Codec {
    type Protocol = StreamProtocol;
    type Request = Bytes;
    /// None says that there is no answer.
    type Response = Option<Bytes>;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Bytes>
    where
        T: AsyncRead + Unpin + Send,
    {
        read_frame(io, QUESTION_BYTES_MAX).await
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Option<Bytes>>
    where
        T: AsyncRead + Unpin + Send,
    {
        let frame = read_frame(io, FRAME_BYTES_MAX).await?;
        Ok(Some(frame).filter(|frame| !frame.is_empty()))
    }

    async fn write_request<T>(&mut self, _: &StreamProtocol, io: &mut T, question: Bytes) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        write_frame(io, &question).await?;
        io.close().await
    }

    async fn write_response<T>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        answer: Option<Bytes>,
    ) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        write_frame(io, &answer.unwrap_or_default()).await?;
        io.close().await
    }
}
