//! Frames: four bytes of length, the most significant first, and as many bytes.

use std::io;

use bytes::Bytes;
use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// A frame's memory grows with what has come in, not with what is promised.
const PIECE_BYTES: usize = 64 * 1024;

/// Reads a frame of at most `max` bytes.
///
/// # Errors
/// If the peer promises more, ends in the middle, or the stream fails.
pub(crate) async fn read_frame<T: AsyncRead + Unpin>(io: &mut T, max: usize) -> io::Result<Bytes> {
    let mut length = [0; 4];
    io.read_exact(&mut length).await?;
    let length = u32::from_be_bytes(length) as usize;
    if length > max {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("a frame of {length} bytes, over {max}"),
        ));
    }
    let mut frame = Vec::with_capacity(length.min(PIECE_BYTES));
    while frame.len() < length {
        let start = frame.len();
        frame.resize(length.min(start.saturating_add(PIECE_BYTES)), 0);
        let (_, piece) = frame.split_at_mut(start);
        io.read_exact(piece).await?;
    }
    Ok(frame.into())
}

/// Writes a frame; it leaves with the next flush at the latest.
///
/// # Errors
/// If the stream fails.
pub(crate) async fn write_frame<T: AsyncWrite + Unpin>(io: &mut T, frame: &[u8]) -> io::Result<()> {
    let length = u32::try_from(frame.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    io.write_all(&length.to_be_bytes()).await?;
    io.write_all(frame).await
}

#[cfg(test)]
mod tests {
    use futures::io::Cursor;

    use super::*;

    #[tokio::test]
    async fn a_frame_comes_back_and_the_next_one_after_it() {
        let mut io = Cursor::new(Vec::new());
        let long = vec![7; 3 * PIECE_BYTES + 1];
        for frame in [&b"one"[..], b"", &long] {
            write_frame(&mut io, frame).await.unwrap();
        }
        io.set_position(0);
        for frame in [&b"one"[..], b"", &long] {
            assert_eq!(read_frame(&mut io, 1 << 20).await.unwrap(), frame);
        }
    }

    #[tokio::test]
    async fn a_promise_above_the_limit_is_refused_before_anything_is_read() {
        for promised in [11_u32, u32::MAX] {
            let mut io = Cursor::new(promised.to_be_bytes().to_vec());
            let error = read_frame(&mut io, 10).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        }
    }

    #[tokio::test]
    async fn a_frame_that_is_cut_off_is_an_error() {
        let mut io = Cursor::new([&8_u32.to_be_bytes()[..], b"short"].concat());
        assert_eq!(read_frame(&mut io, 10).await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
