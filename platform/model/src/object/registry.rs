//! Compiles object declarations into the immutable registry every other part works with.

use super::*;
use crate::FieldProblem;
use crate::query::AggregateFn;
use indexmap::IndexMap;
use rustc_hash::FxHashMap as HashMap;
use std::sync::Arc;

/// Everything the workspace knows about its objects. Immutable; swapped as a whole on change.
#[derive(Debug, Default)]
pub struct Registry {
    objects: Vec<Arc<Object>>,
    by_key: HashMap<String, ObjectIx>,
}

/// A compiled object.
#[derive(Debug)]
pub struct Object {
    pub ix: ObjectIx,
    pub key: String,
    pub plural: String,
    /// Table name, safe to quote.
    pub table: String,
    pub decl: ObjectDecl,
    pub fields: Vec<Field>,
    by_key: HashMap<String, FieldIx>,
    pub title: FieldIx,
    pub subtitle: Vec<FieldIx>,
    pub owner: Option<FieldIx>,
    /// The territory a record is placed in.
    pub territory: Option<FieldIx>,
    /// Link fields of other objects that point here.
    pub children: Vec<(ObjectIx, FieldIx)>,
    /// Roll-ups on other objects fed by this one: (parent object, roll-up field, own link field).
    pub feeds: Vec<(ObjectIx, FieldIx, FieldIx)>,
}

impl Object {
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.by_key.get(key).map(|ix| &self.fields[ix.0 as usize])
    }
    pub fn field_ix(&self, key: &str) -> Option<FieldIx> {
        self.by_key.get(key).copied()
    }
    pub fn at(&self, ix: FieldIx) -> &Field {
        &self.fields[ix.0 as usize]
    }
    pub fn title_field(&self) -> &Field {
        self.at(self.title)
    }
    /// Fields kept in the object's table, in column order.
    pub fn columns(&self) -> impl Iterator<Item = (FieldIx, &Field)> {
        self.fields.iter().enumerate().filter(|(_, f)| f.is_column()).map(|(i, f)| (FieldIx(i as u16), f))
    }
    pub fn label(&self, lang: &str) -> &str {
        self.decl.label.get(lang)
    }
    pub fn plural_label(&self, lang: &str) -> &str {
        self.decl.plural_label.get(lang)
    }
    /// What it is for, in a sentence; nothing where only its name was said.
    pub fn purpose(&self, lang: &str) -> &str {
        let purpose = self.decl.purpose.get(lang);
        if purpose == self.plural_label(lang) { "" } else { purpose }
    }
    /// Stands in the side bar, the palette and among what is made from anywhere.
    pub fn in_menu(&self) -> bool {
        self.decl.menu && !self.is_system()
    }
    /// Links to those its records hang on, where nobody opens them by themselves: who looks for a further number looks for
    /// whose it is.
    pub fn holders(&self) -> impl Iterator<Item = FieldIx> {
        let hangs = !self.decl.menu && !self.is_system();
        (0_u16..).map(FieldIx).zip(&self.fields).filter(move |(_, field)| hangs && field.belongs).map(|(ix, _)| ix)
    }
    /// Its records are tasks: open until they are done, and written anywhere.
    pub fn is_task(&self) -> bool {
        let timeline = &self.decl.timeline;
        timeline.done.is_some() && timeline.prompt.is_some() && timeline.kind.is_none() && !timeline.on.is_empty() && !self.is_system()
    }
    /// Hidden from the sidebar and the palette; managed in the settings.
    pub fn is_system(&self) -> bool {
        self.decl.group == "system"
    }
}

impl Registry {
    /// Compiles declarations. `sources` pairs each declaration with its file name for messages.
    ///
    /// # Errors
    /// Every fault found, each with file and field.
    pub fn compile(decls: Vec<(String, ObjectDecl)>) -> Result<Self, Vec<DeclError>> {
        let mut faults = check::check(&decls);
        let mut registry = Registry::default();
        for (n, (_, decl)) in decls.iter().enumerate() {
            registry.by_key.insert(decl.key.clone(), ObjectIx(n as u16));
        }
        let files: Vec<String> = decls.iter().map(|(file, _)| file.clone()).collect();
        let mut objects = Vec::new();
        for (n, (file, decl)) in decls.into_iter().enumerate() {
            match build(ObjectIx(n as u16), decl, &registry.by_key) {
                Ok(object) => objects.push(object),
                // a fault told with its field need not be told again
                Err(_) if faults.iter().any(|fault| fault.file == file) => {}
                Err(found) => faults.push(DeclError::new(&file, None, found)),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        hide_links(&mut objects);
        link_children(&mut objects);
        registry.objects = objects.into_iter().map(Arc::new).collect();
        let faults = conform::faults(&registry, &files);
        if faults.is_empty() { Ok(registry) } else { Err(faults) }
    }

    pub fn objects(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.objects.iter()
    }
    pub fn object(&self, key: &str) -> Option<&Arc<Object>> {
        self.by_key.get(key).map(|ix| &self.objects[ix.0 as usize])
    }
    /// Kinds of entries that timelines tell apart and people write: key and words, each once.
    pub fn kinds(&self) -> Vec<(&str, &Label)> {
        let mut found: Vec<(&str, &Label)> = Vec::new();
        for object in self.objects() {
            let timeline = &object.decl.timeline;
            let Some(field) = timeline.kind.as_deref().and_then(|key| object.field(key)) else { continue };
            let written = timeline.kinds.iter().filter(|(_, kind)| kind.prompt.is_some());
            for choice in written.filter_map(|(key, _)| field.choice(key)) {
                if !found.iter().any(|(key, _)| *key == choice.key) {
                    found.push((&choice.key, &choice.label));
                }
            }
        }
        found
    }
    /// Whether entries of this kind are written.
    pub fn is_kind(&self, key: &str) -> bool {
        self.kinds().iter().any(|(kind, _)| *kind == key)
    }
    /// Finds an object by its plural key, as addresses use it.
    pub fn by_plural(&self, plural: &str) -> Option<&Arc<Object>> {
        self.objects.iter().find(|o| o.plural == plural)
    }
    /// The declared inputs of an action, compiled like fields; those of a declaration that passed
    /// the checks always are.
    pub fn inputs(&self, action: &ActionDecl) -> Vec<Field> {
        action.inputs.iter().filter_map(|(key, decl)| compile_field(key, decl, &self.by_key).ok()).collect()
    }
    /// What a field is worked out of; nothing for one that people write.
    pub fn sources(&self, object: ObjectIx, field: FieldIx) -> Vec<Source> {
        super::sources::of(self, self.at(object), self.at(object).at(field))
    }
    pub fn at(&self, ix: ObjectIx) -> &Arc<Object> {
        &self.objects[ix.0 as usize]
    }
}

fn build(ix: ObjectIx, decl: ObjectDecl, keys: &HashMap<String, ObjectIx>) -> Result<Object, FieldProblem> {
    let mut fields = Vec::new();
    for (key, field) in &decl.fields {
        expand(key, field, &decl, keys, &mut fields)?;
    }
    if decl.owned {
        let owner = FieldDecl::system(FieldType::Link, Label::new("Penanggung jawab", "Owner"), Some("user"));
        let mut owner = compile_field("owner", &owner, keys)?;
        owner.index = true;
        owner.default = Some(serde_json::json!("me"));
        owner.aliases = [
            "pj",
            "pemilik",
            "owner",
            "sales",
            "ownerid",
            "record owner",
            "contact owner",
            "company owner",
            "account owner",
            "deal owner",
            "lead owner",
            "opportunity owner",
            "person - owner",
            "organization - owner",
            "deal - owner",
            "assigned user",
            "assigned user name",
            "salesperson",
            "user_id",
        ]
        .map(String::from)
        .to_vec();
        fields.push(owner);
        if decl.group != "system" && !decl.fields.contains_key(TERRITORY) && keys.contains_key(TERRITORY) {
            fields.extend(territory(keys)?);
        }
    }
    for (key, kind, label, to) in [
        ("created_at", FieldType::DateTime, Label::new("Dibuat", "Created"), None),
        ("created_by", FieldType::Link, Label::new("Dibuat oleh", "Created by"), Some("user")),
        ("updated_at", FieldType::DateTime, Label::new("Diubah", "Changed"), None),
        ("updated_by", FieldType::Link, Label::new("Diubah oleh", "Changed by"), Some("user")),
    ] {
        let mut field = compile_field(key, &FieldDecl::system(kind, label, to), keys)?;
        field.system = true;
        field.quiet = true;
        field.index = kind == FieldType::DateTime;
        fields.push(field);
    }
    let by_key: HashMap<_, _> = fields.iter().enumerate().map(|(i, f)| (f.key.clone(), FieldIx(i as u16))).collect();
    let find = |key: &str| by_key.get(key).copied().ok_or_else(|| check::is("decl_unknown_name").with("name", key));
    let title = find(&decl.title)?;
    fields[title.0 as usize].folded |= matches!(fields[title.0 as usize].kind, FieldType::Text | FieldType::PersonName);
    fields[title.0 as usize].index = true;
    let subtitle = decl.subtitle.iter().map(|k| find(k)).collect::<Result<_, _>>()?;
    Ok(Object {
        ix,
        key: decl.key.clone(),
        plural: decl.plural.clone(),
        table: if decl.own { format!("o_x_{}", decl.key) } else { format!("o_{}", decl.key) },
        owner: by_key.get("owner").copied(),
        territory: by_key.get(TERRITORY).copied().filter(|_| by_key.contains_key(TERRITORY_FIXED)),
        title,
        subtitle,
        fields,
        by_key,
        decl,
        children: Vec::new(),
        feeds: Vec::new(),
    })
}

/// Field and object of territories.
pub const TERRITORY: &str = "territory";
/// Whether a record was placed by hand: then rules leave it where it is.
pub const TERRITORY_FIXED: &str = "territory_fixed";

/// Where a record with an owner is placed. Rules and a verb of their own write it, forms do not.
fn territory(keys: &HashMap<String, ObjectIx>) -> Result<[Field; 2], FieldProblem> {
    let place = FieldDecl::system(FieldType::Link, Label::new("Wilayah", "Territory"), Some(TERRITORY));
    let fixed = FieldDecl::system(FieldType::Boolean, Label::new("Wilayah dipilih sendiri", "Territory chosen by hand"), None);
    let mut fields = [compile_field(TERRITORY, &place, keys)?, compile_field(TERRITORY_FIXED, &fixed, keys)?];
    for field in &mut fields {
        field.read_only = true;
    }
    fields[0].aliases = ["wilayah", "territory", "region"].map(String::from).to_vec();
    fields[1].quiet = true;
    Ok(fields)
}

/// One declared field becomes one or several compiled ones.
fn expand(
    key: &str,
    decl: &FieldDecl,
    object: &ObjectDecl,
    keys: &HashMap<String, ObjectIx>,
    out: &mut Vec<Field>,
) -> Result<(), FieldProblem> {
    let part = |suffix: &str, id: &str, en: &str| -> Result<Field, FieldProblem> {
        let mut part = FieldDecl::system(FieldType::Text, Label::new(id, en), None);
        part.max_length = Some(200);
        part.index = decl.index && matches!(suffix, "city" | "province");
        part.search = matches!(suffix, "city") && decl.search;
        part.own = decl.own;
        part.hidden = decl.hidden;
        part.personal = decl.personal;
        part.vouched = decl.vouched;
        let mut field = compile_field(&format!("{key}_{suffix}"), &part, keys)?;
        field.part_of = Some(key.into());
        Ok(field)
    };
    match decl.kind {
        FieldType::Address => {
            for (suffix, id, en) in ADDRESS_PARTS {
                out.push(part(suffix, id, en)?);
            }
        }
        FieldType::PersonName => {
            let mut name = compile_field(key, decl, keys)?;
            name.folded |= object.title == key;
            out.push(name);
            for (suffix, id, en) in NAME_PARTS {
                out.push(part(suffix, id, en)?);
            }
        }
        FieldType::Phone => {
            out.push(compile_field(key, decl, keys)?);
            let mut typed = part("typed", &format!("{} (seperti ditulis)", decl.label.id), &format!("{} (as typed)", decl.label.en))?;
            typed.read_only = true;
            typed.quiet = true;
            out.push(typed);
        }
        _ => out.push(compile_field(key, decl, keys)?),
    }
    if decl.fresh.is_some() {
        out.push(confirmed(key, decl, keys)?);
    }
    Ok(())
}

/// When a field was last confirmed: the program keeps it, and whoever may not see the field does not see it either.
fn confirmed(key: &str, decl: &FieldDecl, keys: &HashMap<String, ObjectIx>) -> Result<Field, FieldProblem> {
    let label = Label::new(&format!("{} dipastikan", decl.label.id), &format!("{} confirmed", decl.label.en));
    let mut said = FieldDecl::system(FieldType::DateTime, label, None);
    said.own = decl.own;
    said.hidden = decl.hidden;
    said.derived = match decl.kind {
        FieldType::Address => ADDRESS_PARTS.iter().map(|(suffix, ..)| format!("{key}_{suffix}")).collect(),
        _ => vec![key.into()],
    };
    let mut field = compile_field(&format!("{key}_confirmed_at"), &said, keys)?;
    field.system = true;
    field.quiet = true;
    field.confirms = Some(key.into());
    Ok(field)
}

/// Parts of an address: key suffix and labels.
pub const ADDRESS_PARTS: [(&str, &str, &str); 6] = [
    ("street", "Jalan", "Street"),
    ("village", "Kelurahan/desa", "Village"),
    ("district", "Kecamatan", "District"),
    ("city", "Kota/kabupaten", "City"),
    ("province", "Provinsi", "Province"),
    ("postcode", "Kode pos", "Postcode"),
];

const NAME_PARTS: [(&str, &str, &str); 3] =
    [("honorific", "Sapaan", "Honorific"), ("prefix", "Gelar depan", "Title before"), ("suffix", "Gelar belakang", "Title after")];

/// Compiles a single declaration without expanding it.
pub(crate) fn compile_field(key: &str, decl: &FieldDecl, keys: &HashMap<String, ObjectIx>) -> Result<Field, FieldProblem> {
    let kind = match decl.kind {
        FieldType::Formula => decl.result.unwrap_or(FieldType::Text),
        FieldType::Rollup => match decl.rollup.as_ref().map(|r| r.function) {
            Some(AggregateFn::Count | AggregateFn::Filled) => FieldType::Integer,
            _ => decl.result.unwrap_or(FieldType::Money),
        },
        kind => kind,
    };
    let target = match (kind, &decl.to) {
        (FieldType::Stage, None) => Some("stage"),
        (_, to) => to.as_deref(),
    };
    let to = match target {
        Some(to) => Some(*keys.get(to).ok_or_else(|| check::is("decl_link_unknown").with("to", to))?),
        None => None,
    };
    let columns = decl.columns.iter().map(|(k, d)| compile_field(k, d, keys)).collect::<Result<_, _>>()?;
    Ok(Field {
        key: key.into(),
        column: if decl.own { format!("x_{key}") } else { format!("f_{key}") },
        kind,
        label: decl.label.clone(),
        hint: decl.hint.clone(),
        required: decl.required,
        unique: decl.unique,
        default: decl.default.clone(),
        choices: decl.choices.clone(),
        to,
        must: decl.must.clone(),
        columns,
        max_length: decl.max_length.or(match kind {
            FieldType::Text | FieldType::PersonName | FieldType::Email | FieldType::Phone => Some(200),
            FieldType::Url => Some(2_000),
            FieldType::LongText | FieldType::Json => Some(100_000),
            _ => None,
        }),
        min: decl.min.or((kind == FieldType::Score).then_some(0.0)),
        max: decl.max.or((kind == FieldType::Score).then_some(100.0)),
        rich: decl.rich,
        accept: match (kind, decl.accept.is_empty()) {
            (FieldType::File, true) => FILES.map(Into::into).to_vec(),
            _ => decl.accept.clone(),
        },
        max_mb: decl.max_mb.unwrap_or(25),
        open: decl.open,
        pattern: decl.pattern.clone(),
        formula: decl.formula.clone(),
        rollup: decl.rollup.clone(),
        derived: decl.derived.clone(),
        pipeline: decl.pipeline.clone(),
        index: decl.index || decl.unique || decl.remind || kind.is_link() || kind == FieldType::AutoNumber,
        // one of the workspace's own always has it, so that an index can come and go at any size
        folded: (decl.index || decl.own) && matches!(kind, FieldType::Text | FieldType::PersonName),
        search: decl.search || matches!(kind, FieldType::Email | FieldType::Phone | FieldType::AutoNumber),
        read_only: decl.read_only || decl.tail_of.is_some(),
        system: false,
        quiet: decl.quiet || decl.tail_of.is_some(),
        remind: decl.remind,
        plain: decl.plain,
        hidden: decl.hidden,
        fresh: decl.fresh,
        vouched: decl.vouched,
        personal: decl.personal,
        belongs: decl.belongs,
        confirms: None,
        visible_when: decl.visible_when.clone(),
        required_when: decl.required_when.clone(),
        used_for: decl.used_for,
        tail_of: decl.tail_of.clone(),
        number: decl.number,
        aliases: decl.aliases.clone(),
        part_of: None,
    })
}

/// Files a field takes when its declaration names none.
const FILES: [&str; 14] = ["pdf", "png", "jpg", "jpeg", "docx", "xlsx", "pptx", "odt", "ods", "txt", "csv", "zip", "doc", "xls"];

/// A link to an object out of sight is out of sight too.
fn hide_links(objects: &mut [Object]) {
    let hidden: Vec<bool> = objects.iter().map(|object| object.decl.hidden).collect();
    for field in objects.iter_mut().flat_map(|object| &mut object.fields) {
        field.hidden |= field.to.is_some_and(|to| hidden[to.0 as usize]);
    }
}

fn link_children(objects: &mut [Object]) {
    let mut children = Vec::new();
    let mut feeds = Vec::new();
    for object in objects.iter() {
        for (n, field) in object.fields.iter().enumerate() {
            if let (FieldType::Link | FieldType::Stage, Some(to), false) = (field.kind, field.to, field.system) {
                children.push((to, object.ix, FieldIx(n as u16)));
            }
            if let Some(rollup) = &field.rollup
                && let Some(child) = objects.iter().find(|o| o.key == rollup.of)
                && let Some(via) = child.field_ix(&rollup.via)
            {
                feeds.push((child.ix, object.ix, FieldIx(n as u16), via));
            }
        }
    }
    for (to, object, field) in children {
        objects[to.0 as usize].children.push((object, field));
    }
    for (child, parent, field, via) in feeds {
        objects[child.0 as usize].feeds.push((parent, field, via));
    }
}

impl FieldDecl {
    /// A field of this type and label, everything else as it is when left out.
    pub fn new(kind: FieldType, label: Label) -> Self {
        Self::system(kind, label, None)
    }
    pub(crate) fn system(kind: FieldType, label: Label, to: Option<&str>) -> Self {
        FieldDecl {
            kind,
            label,
            hint: None,
            required: false,
            unique: false,
            default: None,
            choices: Vec::new(),
            to: to.map(Into::into),
            must: None,
            columns: IndexMap::new(),
            max_length: None,
            min: None,
            max: None,
            rich: false,
            accept: Vec::new(),
            max_mb: None,
            open: false,
            pattern: None,
            formula: None,
            result: None,
            rollup: None,
            derived: Vec::new(),
            pipeline: None,
            index: false,
            search: false,
            read_only: false,
            quiet: false,
            remind: false,
            plain: false,
            used_for: None,
            aliases: Vec::new(),
            tail_of: None,
            number: None,
            visible_when: None,
            required_when: None,
            fresh: None,
            vouched: false,
            personal: false,
            belongs: false,
            hidden: false,
            was: Vec::new(),
            own: false,
        }
    }
}
