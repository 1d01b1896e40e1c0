//! A wallet on a disk: whole at every moment, and for one program at a time.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use realdid_node::keys::random_seed;
use realdid_wallet::{Cost, FileError, Lock, Wallet};

use super::place::folder_of;

/// How long another program may be at work on the wallet.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// A wallet that is open.
pub(crate) struct Store {
    /// What is in it.
    pub(crate) wallet: Wallet,
    file: PathBuf,
    lock: Lock,
    /// Held as long as the wallet is open.
    _turn: File,
}

impl Store {
    /// Whether a whole wallet is there, as far as that can be told without its password.
    ///
    /// # Errors
    /// Says what is wrong, and if the copy before it is whole.
    pub(crate) fn check(file: &Path) -> anyhow::Result<()> {
        let bytes = read(file)?;
        realdid_wallet::check(&bytes).map_err(|error| with_remedy(file, error))
    }

    /// Opens the wallet that is there.
    ///
    /// # Errors
    /// If there is none, it cannot be opened, or another program does not let go of it.
    pub(crate) fn open(file: &Path, password: &str) -> anyhow::Result<Self> {
        ensure!(file.exists(), "{}", missing(file));
        let turn = take_turn(file)?;
        let opened = realdid_wallet::open(&read(file)?, password);
        let (wallet, lock) = opened.map_err(|error| with_remedy(file, error))?;
        Ok(Self { wallet, file: file.to_owned(), lock, _turn: turn })
    }

    /// Writes a new wallet; in the place of another only if that is meant.
    ///
    /// # Errors
    /// If there is one, or the disk refuses.
    pub(crate) fn create(file: &Path, password: &str, wallet: Wallet, replace: bool) -> anyhow::Result<Self> {
        folder_of(file)?;
        let turn = take_turn(file)?;
        ensure!(
            replace || !file.exists(),
            "{} is there already: move it away if it is not needed any more",
            file.display()
        );
        let lock = new_lock(password)?;
        let store = Self { wallet, file: file.to_owned(), lock, _turn: turn };
        store.save()?;
        Ok(store)
    }

    /// Writes what was changed. At every moment a whole wallet is there, and the one before it in a file beside.
    ///
    /// # Errors
    /// If the disk refuses; then the wallet is as it was.
    pub(crate) fn save(&self) -> anyhow::Result<()> {
        let bytes = seal(&self.lock, &self.wallet)?;
        let failed = || format!("{} cannot be written; the wallet is as it was", self.file.display());
        let new = beside(&self.file, "new");
        write(&new, &bytes).with_context(failed)?;
        if std::fs::read(&self.file).is_ok_and(|held| realdid_wallet::check(&held).is_ok()) {
            keep(&self.file).with_context(failed)?;
        }
        std::fs::rename(&new, &self.file).with_context(failed)?;
        File::open(folder_of(&self.file)?).and_then(|folder| folder.sync_all()).with_context(failed)
    }

    /// Where it is.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }
}

/// A wallet's bytes under a password, for a file elsewhere.
///
/// # Errors
/// If it is too large.
pub(crate) fn sealed(wallet: &Wallet, password: &str) -> anyhow::Result<Vec<u8>> {
    seal(&new_lock(password)?, wallet)
}

fn new_lock(password: &str) -> anyhow::Result<Lock> {
    let salt = *random_seed().first_chunk::<16>().context("32 bytes are more than 16")?;
    Ok(Lock::new(password, salt, Cost::default())?)
}

fn seal(lock: &Lock, wallet: &Wallet) -> anyhow::Result<Vec<u8>> {
    let nonce = *random_seed().first_chunk::<24>().context("32 bytes are more than 24")?;
    lock.seal(wallet, nonce).context("the wallet has grown too large")
}

/// Writes a new file that only its owner may read.
///
/// # Errors
/// If the disk refuses.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Keeps a file under the name of the one before it; it stays under its own name, too.
fn keep(file: &Path) -> std::io::Result<()> {
    let (linked, previous) = (beside(file, "keep"), beside(file, "previous"));
    match std::fs::remove_file(&linked) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => std::fs::hard_link(file, &linked)?,
    }
    std::fs::rename(linked, previous)
}

/// Waits until no other program is at work on the wallet.
fn take_turn(file: &Path) -> anyhow::Result<File> {
    let path = beside(file, "lock");
    let open = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
    let turn = open.with_context(|| format!("{} cannot be written", path.display()))?;
    let until = Instant::now() + PATIENCE;
    loop {
        match turn.try_lock() {
            Ok(()) => return Ok(turn),
            Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => {
                bail!("another program is at work on {}: wait until it is done", file.display())
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("{} cannot be locked", path.display()));
            }
        }
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => anyhow::anyhow!(missing(file)),
        _ => anyhow::Error::new(error).context(format!("{} cannot be read", file.display())),
    })
}

fn missing(file: &Path) -> String {
    let shown = file.display();
    match whole_before(file) {
        Some(remedy) => format!("{shown} is missing; {remedy}"),
        None => format!(
            "{shown} is missing: make a wallet with `realdid wallet create`, or find an old one again with `realdid \
             wallet recover`"
        ),
    }
}

/// How the copy before the last change is taken back, if it is whole.
fn whole_before(file: &Path) -> Option<String> {
    let previous = beside(file, "previous");
    let is_whole = std::fs::read(&previous).is_ok_and(|bytes| realdid_wallet::check(&bytes).is_ok());
    let command = format!("realdid wallet import {} --replace", previous.display());
    is_whole.then(|| format!("the copy before the last change is whole: `{command}` takes it back"))
}

/// A file of the same name with an ending.
fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

fn with_remedy(file: &Path, error: FileError) -> anyhow::Error {
    let shown = file.display();
    let is_lost = matches!(error, FileError::Truncated | FileError::Damaged | FileError::NoWallet);
    match whole_before(file).filter(|_| is_lost) {
        Some(remedy) => anyhow::anyhow!("{shown}: {error}; {remedy}"),
        None => anyhow::anyhow!("{shown}: {error}"),
    }
}
