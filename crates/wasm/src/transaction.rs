//! Transactions: made of what a caller asks for, shown as they are, signed by whoever holds the keys.

use realdid_crypto::{PublicKey, Signature, verify_one};
use realdid_types::{
    Did, KeySignature, NetworkName, Operation, Sender, Sequence, SignedTransaction, Transaction, Wire, limits,
};
use serde_json::{Value, json};

use crate::{
    failure::Failure,
    json::{Fields, Json, Wrong, hex, insert, is_exact},
    light::Trusted,
    parts::Parts,
    rules,
};

/// A transaction with the signatures that there are so far.
pub(crate) struct Letter {
    pub(crate) transaction: Transaction,
    signatures: Vec<KeySignature>,
}

/// A transaction of what is asked for; not signed.
pub(crate) fn draft(light: &mut Option<Trusted>, mut parts: Parts<'_>) -> Result<Value, Failure> {
    let light = light.as_ref().ok_or(Failure::NoGenesis)?;
    let asked = parts.take()?;
    parts.end()?;
    let asked = serde_json::from_slice(asked).map_err(|error| Wrong::new(error.to_string()))?;
    let transaction = asked_for(&asked, light)?;
    rules::check(&transaction.operation)?;
    // what is longer than it may be shows when it is read
    let transaction =
        Transaction::decode(&transaction.encode()).map_err(|error| Wrong::new(error.to_string()))?;
    Letter { transaction, signatures: Vec::new() }.show(&light.network)
}

/// What the bytes of a transaction say, signed or not.
pub(crate) fn read(light: &mut Option<Trusted>, mut parts: Parts<'_>) -> Result<Value, Failure> {
    let light = light.as_ref().ok_or(Failure::NoGenesis)?;
    let bytes = parts.take()?;
    parts.end()?;
    Letter::read(bytes, light)?.show(&light.network)
}

/// A transaction with one signature more, which must hold.
pub(crate) fn add_signature(light: &mut Option<Trusted>, mut parts: Parts<'_>) -> Result<Value, Failure> {
    let light = light.as_ref().ok_or(Failure::NoGenesis)?;
    let [bytes, key, signature] = [parts.take()?, parts.take()?, parts.take()?];
    parts.end()?;
    let mut letter = Letter::read(bytes, light)?;
    let key = PublicKey::ed25519(key.try_into().map_err(|_| Failure::Key)?);
    let signature = Signature::ed25519(signature.try_into().map_err(|_| Failure::Signature(key))?);
    letter.sign(key, signature, light)?;
    letter.show(&light.network)
}

fn asked_for(asked: &Value, light: &Trusted) -> Result<Transaction, Wrong> {
    let network = &light.network;
    let fields = Fields::of(asked, &["sender", "sequence", "expires", "operation"])?;
    let operation: Operation = fields.take("operation", network)?;
    let (sender, sequence) = match &operation {
        // it is sent by the DID that it makes
        Operation::CreateDid(_) => (Sender::Did(Did(operation.digest())), Sequence(0)),
        _ => (fields.take("sender", network)?, fields.take("sequence", network)?),
    };
    Ok(Transaction {
        genesis: light.genesis,
        sender,
        sequence,
        expires: fields.take("expires", network)?,
        operation,
    })
}

impl Letter {
    /// Reads a transaction of this network.
    pub(crate) fn read(bytes: &[u8], light: &Trusted) -> Result<Self, Failure> {
        let letter = match SignedTransaction::decode(bytes) {
            Ok(SignedTransaction { transaction, signatures }) => Self { transaction, signatures },
            Err(error) => {
                let is_signed = bytes.first() == Some(&SIGNED_BEGINS);
                let unsigned = if is_signed { Err(error) } else { Transaction::decode(bytes) };
                Self { transaction: unsigned.map_err(Failure::Bytes)?, signatures: Vec::new() }
            }
        };
        if letter.transaction.genesis != light.genesis {
            return Err(Failure::OtherNetwork(letter.transaction.genesis));
        }
        letter.signatures.iter().try_for_each(|by| letter.verify(&by.key, &by.signature, light))?;
        Ok(letter)
    }

    /// The signed transaction; none if nobody signed.
    pub(crate) fn signed(self) -> Option<SignedTransaction> {
        let Self { transaction, signatures } = self;
        (!signatures.is_empty()).then_some(SignedTransaction { transaction, signatures })
    }

    fn sign(&mut self, key: PublicKey, signature: Signature, light: &Trusted) -> Result<(), Failure> {
        self.verify(&key, &signature, light)?;
        self.signatures.retain(|by| by.key != key);
        insert(&mut self.signatures, KeySignature { key, signature });
        if self.signatures.len() > limits::TRANSACTION_SIGNATURES_MAX {
            return Err(Failure::TooManySignatures);
        }
        Ok(())
    }

    fn verify(&self, key: &PublicKey, signature: &Signature, light: &Trusted) -> Result<(), Failure> {
        let id = self.transaction.id();
        let holds = verify_one(&light.verifier, key, id.0.as_bytes(), signature);
        if holds { Ok(()) } else { Err(Failure::Signature(*key)) }
    }

    /// All of it in JSON, with its bytes as they travel: the signed transaction's once somebody signed.
    fn show(self, network: &NetworkName) -> Result<Value, Failure> {
        let Transaction { genesis, sender, sequence, expires, operation } = &self.transaction;
        let shown = json!({
            "network": network.as_str(),
            "genesis": genesis.to_string(),
            "id": self.transaction.id().to_string(),
            "sender": sender.show(network),
            "sequence": sequence.show(network),
            "expires": expires.show(network),
            "operation": operation.show(network),
            "signatures": self.signatures.show(network),
        });
        if !is_exact(&shown) {
            return Err(Failure::Inexact);
        }
        let unsigned = self.transaction.encode();
        let bytes = self.signed().map_or(unsigned, |signed| signed.encode());
        Ok(match shown {
            Value::Object(mut fields) => {
                fields.insert("bytes".to_owned(), hex(&bytes).into());
                Value::Object(fields)
            }
            other => other,
        })
    }
}

/// How a signed transaction begins, and no other does: field 1 is a message, not the format's number.
const SIGNED_BEGINS: u8 = 0x0a;
