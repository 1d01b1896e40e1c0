//! Writing canonical bytes.

/// Wire types of protobuf that are used.
pub(crate) const VARINT: u32 = 0;
pub(crate) const BYTES: u32 = 2;

/// Gathers the bytes of a message.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
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
        let mut inner = Self::default();
        write(&mut inner);
        self.bytes(number, &[&inner.bytes]);
    }
}
