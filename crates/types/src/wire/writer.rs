//! Writing canonical bytes.

/// Wire types of protobuf that are used.
pub(crate) const VARINT: u32 = 0;
pub(crate) const BYTES: u32 = 2;

/// Gathers the bytes of a message.
#[derive(Debug)]
pub struct Writer {
    bytes: Vec<u8>,
}

/// Most messages are shorter: one allocation for them.
const USUAL_BYTES: usize = 256;

impl Default for Writer {
    fn default() -> Self {
        Self { bytes: Vec::with_capacity(USUAL_BYTES) }
    }
}

impl Writer {
    pub(crate) fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    fn tag(&mut self, number: u32, wire_type: u32) {
        self.varint(u64::from(number << 3 | wire_type));
    }

    /// A number; zero is left out.
    pub fn number(&mut self, number: u32, value: u64) {
        if value != 0 {
            self.tag(number, VARINT);
            self.varint(value);
        }
    }

    /// Bytes, in parts.
    pub fn bytes(&mut self, number: u32, parts: &[&[u8]]) {
        self.tag(number, BYTES);
        self.varint(parts.iter().map(|part| part.len() as u64).sum());
        parts.iter().for_each(|part| self.bytes.extend_from_slice(part));
    }

    /// A message inside this one.
    pub fn nested(&mut self, number: u32, write: impl FnOnce(&mut Self)) {
        self.tag(number, BYTES);
        let start = self.bytes.len();
        write(self);
        let length = self.bytes.len().saturating_sub(start);
        // how long the length is shows only now: it is written behind the message and turned to its front
        self.varint(length as u64);
        if let Some(message_and_length) = self.bytes.get_mut(start..) {
            message_and_length.rotate_left(length);
        }
    }
}
