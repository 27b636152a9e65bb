//! Commands and options.

use akrab_engine::export::ExportFormat;
use akrab_engine::import::OnMatch;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Parser)]
#[command(name = "akrab", version, about = "A CRM in one program.", max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// Options every command knows. `akrab.toml` in the data folder holds the same and more.
#[derive(Args, Clone, Default)]
pub struct Common {
    /// Folder of the workspace and its files [default: ./akrab-data]
    #[arg(long, global = true, env = "AKRAB_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Address to listen on [default: 127.0.0.1:8080]
    #[arg(long, global = true, env = "AKRAB_LISTEN", value_name = "ADDR")]
    pub listen: Option<String>,
    /// postgres://user:password@host/database; SQLite in the data folder when absent
    #[arg(long, global = true, env = "AKRAB_DATABASE", value_name = "URL", hide_env_values = true)]
    pub database: Option<String>,
    /// Log lines as JSON
    #[arg(long, global = true, env = "AKRAB_LOG_JSON")]
    pub log_json: bool,
}

#[derive(Subcommand)]
pub enum Command {
    /// Serve the workspace; an empty one is set up in the browser
    Serve,
    /// Serve a workspace with two years of a sample firm's data and print the sign-ins
    Demo,
    /// Run background jobs in a process of their own (PostgreSQL)
    Worker,
    /// Users of the workspace
    User {
        #[command(subcommand)]
        what: UserCommand,
    },
    /// Tokens for programs
    Token {
        #[command(subcommand)]
        what: TokenCommand,
    },
    /// Import a CSV, XLSX, vCard or iCalendar file
    Import(ImportArgs),
    /// Export records as CSV, XLSX, JSON, vCard or iCalendar
    Export(ExportArgs),
    /// Write each pair of records that may be the same into a CSV file
    Duplicates(DuplicatesArgs),
    /// Write the whole workspace into one file while it is in use
    Backup {
        file: PathBuf,
        /// Write over the file there is
        #[arg(long)]
        force: bool,
    },
    /// Bring a workspace back from a backup
    Restore {
        file: PathBuf,
        /// Replace the workspace there is
        #[arg(long)]
        replace: bool,
    },
    /// Write the whole workspace into an archive that SQLite and PostgreSQL take in alike
    ExportWorkspace {
        file: PathBuf,
        /// Write over the file there is
        #[arg(long)]
        force: bool,
    },
    /// Bring such an archive into an empty workspace
    ImportWorkspace {
        file: PathBuf,
        /// Read the archive to its end, say what is in it, and write nothing
        #[arg(long)]
        check: bool,
    },
    /// Changes the database needs for this version
    Schema {
        #[command(subcommand)]
        what: SchemaCommand,
    },
    /// Files of the workspace: where they lie, whether they are sound, from one place to the other
    Files {
        #[command(subcommand)]
        what: FilesCommand,
    },
    /// Flows of the workspace, out into a file and in again
    Flow {
        #[command(subcommand)]
        what: FlowCommand,
    },
    /// Objects, fields and layouts of the workspace's own
    Shape {
        #[command(subcommand)]
        what: ShapeCommand,
    },
    /// Check object files, with DIR the shipped ones together with those in DIR, and the workspace's own changes
    Check {
        dir: Option<PathBuf>,
        /// Write the JSON Schema of object files instead, to FILE or standard output
        #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, conflicts_with = "dir")]
        #[allow(clippy::option_option)]
        schema: Option<Option<PathBuf>>,
    },
    /// Look for what could be wrong with this installation
    Doctor,
    /// Measure speed and memory on a workspace of its own and write docs/performance.md
    Bench {
        /// Contacts of the measured workspace; it is made when it is not there yet
        #[arg(long, default_value_t = 1_000_000)]
        contacts: usize,
        /// Seconds each figure is measured
        #[arg(long, default_value_t = 5)]
        seconds: u64,
        /// Rows of the measured import; 0 leaves it out
        #[arg(long, default_value_t = 100_000)]
        rows: usize,
        /// File the table is written to
        #[arg(long, default_value = "docs/performance.md")]
        out: PathBuf,
        /// Measure the engines that domains are built on, and nothing else
        #[arg(long)]
        engines: bool,
        /// Measure a flow that so many records trigger at once, and nothing else
        #[arg(long, value_name = "RECORDS", conflicts_with = "engines")]
        flows: Option<usize>,
        /// Measure a dashboard over the demonstration, and nothing else
        #[arg(long, conflicts_with_all = ["engines", "flows"])]
        dashboard: bool,
        /// Measure the page of a customer with a long history, and nothing else
        #[arg(long, conflicts_with_all = ["engines", "flows", "dashboard"])]
        customer: bool,
    },
    /// Fill the workspace with realistic data for load tests
    Generate {
        #[arg(long, default_value_t = 10_000)]
        contacts: usize,
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

#[derive(Subcommand)]
pub enum UserCommand {
    /// Add a user; the password is read from AKRAB_PASSWORD or made and printed
    Add {
        email: String,
        #[arg(long)]
        name: Option<String>,
        /// administrator, manager, sales, marketing, service or readonly
        #[arg(long, default_value = akrab_engine::identity::USUAL_ROLE)]
        role: String,
        /// Name of the team
        #[arg(long)]
        team: Option<String>,
    },
    /// Set a new password, from AKRAB_PASSWORD or made and printed; ends the user's sessions
    Passwd { email: String },
    /// List the users
    List,
}

#[derive(Subcommand)]
pub enum TokenCommand {
    /// Make a token for a user and print it alone
    Add {
        email: String,
        #[arg(long, default_value = "command line")]
        name: String,
        /// The token may not change anything
        #[arg(long)]
        read_only: bool,
        /// Days until it expires; for ever when absent
        #[arg(long, value_parser = clap::value_parser!(i64).range(1..=36_500))]
        days: Option<i64>,
    },
}

#[derive(Subcommand)]
pub enum SchemaCommand {
    /// Print the steps without running them
    Plan,
    /// Run the steps
    Apply,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum FilePlace {
    /// The data folder
    Disk,
    /// The store of files that is configured
    S3,
}

#[derive(Subcommand)]
pub enum FilesCommand {
    /// Say where the files lie
    List,
    /// Read every file and compare it with its checksum
    Check,
    /// Bring all files to one place; a server may go on working meanwhile
    Move {
        #[arg(value_enum)]
        to: FilePlace,
    },
}

#[derive(Subcommand)]
pub enum FlowCommand {
    /// Write the flows that count as TOML; FILE or - for standard output
    Export {
        file: PathBuf,
        /// This flow alone
        #[arg(long, value_name = "KEY")]
        flow: Option<String>,
    },
    /// Bring such a file in; new flows come resting
    Import {
        file: PathBuf,
        /// Say what would happen and change nothing
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Subcommand)]
pub enum ShapeCommand {
    /// Write all objects, fields and layouts of the workspace's own as TOML; FILE or - for standard output
    Export {
        file: PathBuf,
        /// Of this object alone
        #[arg(long, value_name = "KEY")]
        object: Option<String>,
    },
    /// Bring such a file in
    Import {
        file: PathBuf,
        /// Say what would happen and change nothing
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum MatchMode {
    /// Leave matched records as they are
    Skip,
    /// Values of the file replace those of the record
    Update,
    /// Only fill empty fields
    Fill,
    /// Change nothing and list the row
    Ask,
}

impl MatchMode {
    pub fn on_match(self) -> OnMatch {
        match self {
            MatchMode::Skip => OnMatch::Skip,
            MatchMode::Update => OnMatch::Update,
            MatchMode::Fill => OnMatch::FillEmpty,
            MatchMode::Ask => OnMatch::Ask,
        }
    }
}

#[derive(Args)]
pub struct ImportArgs {
    /// account, contact, lead, opportunity …
    pub object: String,
    pub file: PathBuf,
    /// Say what would happen and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The field of each column, by commas, empty for none: `--columns account.external_key,ordered_on,amount`; a column of
    /// Akrab's own ids is `account.id`. Guessed when absent
    #[arg(long, value_name = "FIELDS")]
    pub columns: Option<String>,
    /// Fields by which a row finds its record, first come first: `--match email --match name,account`
    #[arg(long = "match", value_name = "FIELDS")]
    pub match_by: Vec<String>,
    /// What happens to a matched record
    #[arg(long, value_enum, default_value = "fill")]
    pub mode: MatchMode,
    /// Links, by commas, whose records are made when there is none: `--make account`
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    pub make: Vec<String>,
    /// Leave the search for likely duplicates of what came in to whoever works jobs off next
    #[arg(long)]
    pub no_wait: bool,
    /// Sheet of an XLSX file
    #[arg(long)]
    pub sheet: Option<String>,
    /// Import in this user's name and with his rights; the first administrator when absent
    #[arg(long = "as", value_name = "EMAIL")]
    pub user: Option<String>,
    /// Write refused rows here [default: FILE.errors.csv when there are any]
    #[arg(long, value_name = "FILE")]
    pub errors: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Format {
    Csv,
    Xlsx,
    Json,
    /// Address book, version 3.0
    Vcard,
    /// Address book, version 4.0
    Vcard4,
    /// Calendar
    Ical,
}

impl Format {
    pub fn export(self) -> ExportFormat {
        match self {
            Format::Csv => ExportFormat::Csv,
            Format::Xlsx => ExportFormat::Xlsx,
            Format::Json => ExportFormat::Json,
            Format::Vcard => ExportFormat::Vcard,
            Format::Vcard4 => ExportFormat::Vcard4,
            Format::Ical => ExportFormat::Ical,
        }
    }
}

#[derive(Args)]
pub struct DuplicatesArgs {
    /// account, contact …: an object that says by what its records are compared
    pub object: String,
    /// File to write: a and b (external keys, ids where there are none), score, reasons
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Look with this user's rights; the first administrator's when absent
    #[arg(long = "as", value_name = "EMAIL")]
    pub user: Option<String>,
}

#[derive(Args)]
pub struct ExportArgs {
    pub object: String,
    #[arg(long, value_enum, default_value = "csv")]
    pub format: Format,
    /// Filter as JSON: `{"field":"status","op":"is","value":"active"}`
    #[arg(long, value_name = "JSON")]
    pub filter: Option<String>,
    /// Field keys, by commas, also over links (`account.industry`); all when absent
    #[arg(long, value_delimiter = ',')]
    pub columns: Vec<String>,
    /// File to write; standard output when absent
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Export with this user's rights; the first administrator's when absent
    #[arg(long = "as", value_name = "EMAIL")]
    pub user: Option<String>,
}
