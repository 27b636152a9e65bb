//! What comes in over the network, read piece by piece by code that waits.

use axum::body::Bytes;
use std::io::{self, Read};
use tokio::sync::mpsc;

/// Pieces on their way at once.
const PIECES: usize = 8;

/// A piece of a file, or its end. A sender that goes without the end has broken off.
pub(crate) enum Piece {
    Bytes(Bytes),
    End,
}

/// Reads what is sent into the other end.
pub(crate) struct Feed {
    pieces: mpsc::Receiver<Piece>,
    now: Bytes,
    ended: bool,
}

pub(crate) fn feed() -> (mpsc::Sender<Piece>, Feed) {
    let (sender, pieces) = mpsc::channel(PIECES);
    (sender, Feed { pieces, now: Bytes::new(), ended: false })
}

impl Read for Feed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.now.is_empty() && !self.ended {
            match self.pieces.blocking_recv() {
                Some(Piece::Bytes(bytes)) => self.now = bytes,
                Some(Piece::End) => self.ended = true,
                None => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the sender broke off")),
            }
        }
        let take = buffer.len().min(self.now.len());
        buffer[..take].copy_from_slice(&self.now.split_to(take));
        Ok(take)
    }
}

#[cfg(test)]
mod tests {
    use super::{Piece, feed};
    use std::io::Read;

    #[test]
    fn what_breaks_off_is_no_whole_file() {
        let (sender, mut whole) = feed();
        for piece in [Piece::Bytes("satu ".into()), Piece::Bytes("dua".into()), Piece::End] {
            assert!(sender.try_send(piece).is_ok());
        }
        let mut text = String::new();
        whole.read_to_string(&mut text).unwrap();
        assert_eq!(text, "satu dua");
        let (sender, mut cut) = feed();
        assert!(sender.try_send(Piece::Bytes("satu".into())).is_ok());
        drop(sender);
        assert!(cut.read_to_string(&mut String::new()).is_err());
    }
}
