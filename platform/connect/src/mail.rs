//! Mails leave through an SMTP server, or are put into a folder when none is configured.

use akrab_engine::identity::{Mail, Mailer};
use akrab_engine::private;
use futures::future::BoxFuture;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

/// A server that does not answer in this time is taken for down.
const PATIENCE: Duration = Duration::from_secs(20);

fn message(from: &Mailbox, mail: &Mail) -> Result<Message, String> {
    let to: Mailbox = mail.to.parse().map_err(|e| format!("address {}: {e}", mail.to))?;
    let builder = Message::builder().from(from.clone()).to(to).subject(mail.subject.clone()).message_id(Some(format!(
        "<{}@{}>",
        mail.id,
        from.email.domain()
    )));
    let message = match mail.files.is_empty() {
        true => builder.header(ContentType::TEXT_PLAIN).body(mail.text.clone()),
        false => builder.multipart(parts(mail)?),
    };
    message.map_err(|e| e.to_string())
}

/// The text, then the files.
fn parts(mail: &Mail) -> Result<MultiPart, String> {
    let mut parts = MultiPart::mixed().singlepart(SinglePart::plain(mail.text.clone()));
    for file in &mail.files {
        let kind = ContentType::parse(&file.mime).map_err(|e| format!("{}: {e}", file.name))?;
        parts = parts.singlepart(Attachment::new(file.name.clone()).body(file.content.to_vec(), kind));
    }
    Ok(parts)
}

/// Sends through an SMTP server.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl SmtpMailer {
    /// `url` is `smtps://user:password@host:465` or `smtp://…:587?tls=required`; `from` is
    /// `Name <address>` or an address.
    ///
    /// # Errors
    /// What is wrong with one of the two.
    pub fn new(url: &str, from: &str) -> Result<Self, String> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|e| format!("SMTP address: {e}"))?;
        let from = from.parse().map_err(|e| format!("sender {from}: {e}"))?;
        Ok(Self { transport: transport.timeout(Some(PATIENCE)).build(), from })
    }
}

impl Mailer for SmtpMailer {
    fn send(&self, mail: Mail) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            let message = message(&self.from, &mail)?;
            self.transport.send(message).await.map(|_| ()).map_err(|e| e.to_string())
        })
    }
}

/// Writes mails as `.eml` files, for workspaces without a mail server.
pub struct FolderMailer {
    folder: PathBuf,
    from: Mailbox,
}

impl FolderMailer {
    /// Mails go to `folder`, which is made when the first one comes.
    pub fn new(folder: PathBuf) -> Self {
        let address = lettre::Address::new("akrab", "localhost.localdomain").expect("a constant address is valid");
        Self { folder, from: Mailbox::new(Some("Akrab".into()), address) }
    }

    fn write(&self, mail: &Mail) -> Result<PathBuf, String> {
        let bytes = message(&self.from, mail)?.formatted();
        private::folder(&self.folder).map_err(|e| e.to_string())?;
        let taken = std::fs::read_dir(&self.folder).map_err(|e| e.to_string())?.count();
        let address: String = mail.to.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let path = (taken..).map(|n| self.folder.join(format!("{n:06}-{address}.eml"))).find(|path| !path.exists());
        let path = path.ok_or("the folder is full")?;
        private::create_new(&path).and_then(|mut file| file.write_all(&bytes)).map_err(|e| e.to_string())?;
        Ok(path)
    }
}

impl Mailer for FolderMailer {
    fn reaches_people(&self) -> bool {
        false
    }
    fn send(&self, mail: Mail) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            let path = self.write(&mail)?;
            tracing::warn!(file = %path.display(), "no mail server is configured; the mail was written to a file");
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn without_a_server_mails_become_files() {
        let folder = std::env::temp_dir().join(format!("akrab-mail-{}", std::process::id()));
        let mailer = FolderMailer::new(folder.clone());
        for _ in 0..2 {
            let mail = Mail {
                id: "0123456789abcdef".into(),
                to: "siti@contoh.co.id".into(),
                subject: "Atur ulang kata sandi".into(),
                text: "Halo Siti,\n\nhttps://crm/reset/x\n".into(),
                files: vec![],
            };
            mailer.send(mail).await.unwrap();
        }
        let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|f| f.unwrap().path()).collect();
        assert_eq!(files.len(), 2);
        let written = std::fs::read_to_string(&files[0]).unwrap();
        assert!(written.contains("https://crm/reset/x"));
        assert!(written.contains("Message-ID: <0123456789abcdef@localhost.localdomain>"), "{written}");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_faulty_server_address_is_refused() {
        assert!(SmtpMailer::new("http://mail.example.com", "crm@example.com").is_err());
        assert!(SmtpMailer::new("smtp://127.0.0.1:2525", "no address").is_err());
        assert!(SmtpMailer::new("smtp://127.0.0.1:2525", "Akrab <crm@example.com>").is_ok());
    }
}
