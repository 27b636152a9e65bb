//! Passwords: argon2id, slow on purpose, two at once at most.

use super::digest;
use crate::{Ctx, Engine, Person, Result};
use akrab_model::{FieldProblem, Problem};
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::LazyLock;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Each hash takes 19 MiB; more at once would let strangers fill the memory.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Compared against when there is no such user, so that the answer takes as long.
static DUMMY: LazyLock<String> = LazyLock::new(|| hash("no such user", b"0123456789abcdef").unwrap_or_default());

/// The commonest passwords that are long enough.
const COMMON: &[&str] = &[
    "0123456789",
    "0987654321",
    "1111111111",
    "1122334455",
    "1234512345",
    "1234554321",
    "123456789a",
    "1234567890",
    "12345678910",
    "123456789012",
    "1q2w3e4r5t",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "aaaaaaaaaa",
    "abcdefghij",
    "admin12345",
    "administrator",
    "akrabakrab",
    "alhamdulillah",
    "anjinganjing",
    "assalamualaikum",
    "asdfghjkl1",
    "asdfghjkl;",
    "bandung123",
    "basketball",
    "bismillah1",
    "bismillah123",
    "bismillahirrahmanirrahim",
    "changeme123",
    "doraemon123",
    "football123",
    "garuda1945",
    "iloveyou123",
    "indonesia1",
    "indonesia123",
    "indonesia1945",
    "indonesiaraya",
    "jakarta123",
    "katasandi123",
    "liverpool1",
    "manchester",
    "michaeljordan",
    "minecraft123",
    "password12",
    "password123",
    "password1234",
    "persib1933",
    "persija1928",
    "qazwsxedcr",
    "qwerty12345",
    "qwerty123456",
    "qwertyuiop",
    "qwertyuiop123",
    "rahasia123",
    "sayangkamu",
    "sayangku123",
    "semangat45",
    "subhanallah",
    "superman123",
    "surabaya123",
    "terserahlah",
    "welcome123",
    "zxcvbnm123",
];

fn argon() -> Result<Argon2<'static>> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(Problem::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str, salt: &[u8]) -> Result<String> {
    let salt = SaltString::encode_b64(salt).map_err(Problem::internal)?;
    Ok(argon()?.hash_password(password.as_bytes(), &salt).map_err(Problem::internal)?.to_string())
}

/// Waits for one of the places where hashes are made.
pub(super) async fn turn() -> Result<SemaphorePermit<'static>> {
    AT_ONCE.acquire().await.map_err(Problem::internal)
}

async fn slowly<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let place = turn().await?;
    slowly_at(&place, work).await
}

async fn slowly_at<T: Send + 'static>(_: &SemaphorePermit<'_>, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?
}

/// Whether `password` is the one behind `stored`; takes as long when nothing is stored.
pub(super) async fn verify(password: &str, stored: Option<String>) -> Result<bool> {
    let place = turn().await?;
    verify_at(&place, password, stored).await
}

/// As [`verify`], at a place that is already taken.
pub(super) async fn verify_at(place: &SemaphorePermit<'_>, password: &str, stored: Option<String>) -> Result<bool> {
    let password = password.chars().take(2_000).collect::<String>();
    slowly_at(place, move || {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| DUMMY.clone());
        let parsed = PasswordHash::new(&stored).map_err(Problem::internal)?;
        Ok(argon()?.verify_password(password.as_bytes(), &parsed).is_ok() && known)
    })
    .await
}

pub(super) fn judge(password: &str, own_words: &[&str]) -> Result<()> {
    let fault = |code: &str| Err(Problem::invalid(vec![FieldProblem::new("password", code).with("min", 10)]));
    let plain = password.to_lowercase();
    if password.chars().count() < 10 {
        return fault("password_too_short");
    }
    if password.len() > 1_024 {
        return fault("password_too_long");
    }
    let own = own_words.iter().any(|word| !word.is_empty() && plain == word.to_lowercase());
    if own || COMMON.contains(&plain.as_str()) || plain.chars().all(|c| plain.starts_with(c)) {
        return fault("password_too_common");
    }
    Ok(())
}

impl Engine {
    /// What to keep of a new password of this person.
    ///
    /// # Errors
    /// `invalid` at `password` when it is too weak.
    pub(super) async fn hash_for(&self, person: &Person, password: &str) -> Result<String> {
        judge(password, &[&person.email, &person.name, person.email.split('@').next().unwrap_or("")])?;
        self.hash_of(password).await
    }

    /// What to keep of a password that was judged already.
    pub(super) async fn hash_of(&self, password: &str) -> Result<String> {
        let (password, salt) = (password.to_string(), self.random::<16>());
        slowly(move || hash(&password, &salt)).await
    }

    /// Sets a password and ends all sessions of the user but `except`.
    ///
    /// # Errors
    /// `invalid` at `password` when it is too short, too long or known to everybody; `forbidden`
    /// for another user's unless by an administrator; `not_found`.
    pub async fn set_password_except(&self, ctx: &Ctx, user: i64, password: &str, except: Option<&str>) -> Result<()> {
        if ctx.user_id() != Some(user) && !ctx.is_admin() {
            return Err(Problem::forbidden());
        }
        self.refresh_people().await?;
        let person = self.people().user(user).cloned().ok_or_else(Problem::not_found)?;
        let stored = self.hash_for(&person, password).await?;
        let (now, except) = (self.micros(), except.map(str::to_string));
        let told = self.audit_row(ctx, "password_set", Some(("user", user)), serde_json::json!({}));
        self.store()
            .write(move |conn| -> Result<()> {
                conn.password_set(user, &stored, now)?;
                conn.sessions_end(user, except.as_deref())?;
                crate::audit::put(conn, &told)
            })
            .await
    }

    /// Sets a password and ends all sessions of the user.
    ///
    /// # Errors
    /// As [`Engine::set_password_except`].
    pub async fn set_password(&self, ctx: &Ctx, user: i64, password: &str) -> Result<()> {
        self.set_password_except(ctx, user, password, None).await
    }

    /// Whether this is the user's password; counted as a try.
    ///
    /// # Errors
    /// `too_many_tries`, or `invalid` at `current` when it is not.
    pub async fn confirm_password(&self, user: i64, password: &str) -> Result<()> {
        self.count_tries(vec![(format!("confirm:{}", digest(&user.to_string())), super::limit::ACCOUNT)]).await?;
        let stored = self.store().read(move |conn| conn.credential(user)).await?;
        if verify(password, stored.map(|c| c.hash)).await? {
            return Ok(());
        }
        Err(Problem::invalid(vec![FieldProblem::new("current", "wrong_password")]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_refused() {
        for weak in ["short", "password123", "Indonesia123", "aaaaaaaaaaaaa", "siti@contoh.co.id"] {
            assert!(judge(weak, &["siti@contoh.co.id"]).is_err(), "{weak}");
        }
        assert!(judge("kopi-gayo-tiap-pagi", &[]).is_ok());
        assert!(judge(&"x1".repeat(600), &[]).is_err());
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let stored = hash("kopi-gayo-tiap-pagi", b"0123456789abcdef").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify("kopi-gayo-tiap-pagi", Some(stored.clone())).await.unwrap());
        assert!(!verify("kopi-gayo-tiap-sore", Some(stored)).await.unwrap());
        assert!(!verify("no such user", None).await.unwrap());
    }
}
