//! Signatures of the record abilities until their modules take over; delete this file when they are in.
#![allow(unused, clippy::todo)]
use crate::*; use akrab_model::*; use akrab_model::query::*; use std::collections::HashMap; use std::path::Path;
type R<T> = Result<T, StoreError>;
#[derive(Clone,Copy,PartialEq,Eq)] pub enum Bin{Living,Binned,Any}
pub struct NewRow{pub id:Option<i64>,pub cells:Vec<(FieldIx,Raw)>}
pub struct LinkCells{pub to:i64,pub cells:Vec<Raw>}
#[derive(Clone)] pub struct Change{pub id:i64,pub object:String,pub record:i64,pub at:i64,pub actor:Option<i64>,pub door:String,pub request:String,pub kind:String,pub diff:String}
#[derive(Clone)] pub struct Entry{pub id:i64,pub subject_object:String,pub subject_id:i64,pub at:i64,pub kind:String,pub source_object:String,pub source_id:i64,pub change_id:Option<i64>,pub open:bool}
pub struct TimelineQuery{pub kinds:Vec<String>,pub open:Option<bool>,pub before:Option<(i64,i64)>,pub limit:usize}
pub struct SearchEntry{pub object:String,pub id:i64,pub title:String,pub words:Vec<String>}
pub struct SearchHit{pub object:String,pub id:i64,pub title:String}
pub struct SchemaStep;
pub use akrab_model::query::Row;
impl Store { pub async fn plan(&self,r:&Registry)->R<Vec<SchemaStep>>{loop{}} pub async fn apply(&self,s:&[SchemaStep])->R<()>{loop{}} }
#[derive(Clone,Debug)] pub struct FileRow{pub id:i64,pub sha256:String,pub name:String,pub size:i64,pub content_type:String,pub created_by:Option<i64>,pub created_at:i64}
impl Conn {
pub fn file_add(&mut self,f:&FileRow)->R<i64>{loop{}}
pub fn file(&mut self,id:i64)->R<Option<FileRow>>{loop{}}

pub fn select(&mut self,r:&Registry,q:&Query)->R<Page>{loop{}}
pub fn row(&mut self,r:&Registry,o:&Object,id:i64,c:&[FieldIx],cond:&Cond,b:Bin)->R<Option<Row>>{loop{}}
pub fn rows(&mut self,r:&Registry,o:&Object,ids:&[i64],c:&[FieldIx],cond:&Cond)->R<Vec<Row>>{loop{}}
pub fn titles(&mut self,r:&Registry,o:&Object,ids:&[i64],cond:&Cond)->R<Vec<(i64,String)>>{loop{}}
pub fn lock(&mut self,o:&Object,id:i64)->R<bool>{loop{}}
pub fn count(&mut self,r:&Registry,o:&Object,cond:&Cond,b:Bin,cap:Option<u64>)->R<Count>{loop{}}
pub fn aggregates(&mut self,r:&Registry,o:&Object,cond:&Cond,a:&[Aggregate])->R<Vec<Raw>>{loop{}}
pub fn groups(&mut self,r:&Registry,o:&Object,cond:&Cond,by:FieldIx,b:Option<Bucket>,tz:i32,a:&[Aggregate],limit:usize)->R<Vec<Group>>{loop{}}
pub fn lanes(&mut self,r:&Registry,o:&Object,cond:&Cond,by:FieldIx,keys:&[Raw],cols:&[FieldIx],sort:&[Sort],n:usize)->R<Vec<(Raw,Vec<Row>)>>{loop{}}
pub fn insert(&mut self,r:&Registry,o:&Object,rows:&[NewRow])->R<Vec<i64>>{loop{}}
pub fn update(&mut self,r:&Registry,o:&Object,id:i64,e:Option<i64>,c:&[(FieldIx,Raw)])->R<Option<i64>>{loop{}}
pub fn set_cells(&mut self,r:&Registry,o:&Object,id:i64,c:&[(FieldIx,Raw)])->R<()>{loop{}}
pub fn set_deleted(&mut self,o:&Object,id:i64,at:Option<i64>)->R<Option<i64>>{loop{}}
pub fn purge(&mut self,r:&Registry,o:&Object,id:i64)->R<()>{loop{}}
pub fn links(&mut self,r:&Registry,o:&Object,f:FieldIx,ids:&[i64])->R<HashMap<i64,Vec<LinkCells>>>{loop{}}
pub fn set_links(&mut self,r:&Registry,o:&Object,f:FieldIx,id:i64,l:&[LinkCells])->R<()>{loop{}}
pub fn taken(&mut self,r:&Registry,o:&Object,f:&[FieldIx],v:&[Raw],e:Option<i64>)->R<Option<i64>>{loop{}}
pub fn aggregate_children(&mut self,r:&Registry,c:&Object,via:FieldIx,p:i64,cond:&Cond,a:Aggregate)->R<Raw>{loop{}}
pub fn ids_after(&mut self,r:&Registry,o:&Object,cond:&Cond,after:i64,limit:usize)->R<Vec<i64>>{loop{}}
pub fn add_changes(&mut self,c:&[Change])->R<Vec<i64>>{loop{}}
pub fn changes(&mut self,o:&str,id:i64,b:Option<i64>,limit:usize)->R<Vec<Change>>{loop{}}
pub fn change(&mut self,id:i64)->R<Option<Change>>{loop{}}
pub fn timeline_put(&mut self,e:&[Entry])->R<()>{loop{}}
pub fn timeline_drop_source(&mut self,o:&str,id:i64)->R<()>{loop{}}
pub fn timeline(&mut self,o:&str,id:i64,q:&TimelineQuery)->R<Vec<Entry>>{loop{}}
pub fn search_put(&mut self,e:&[SearchEntry])->R<()>{loop{}}
pub fn search_drop(&mut self,o:&str,id:i64)->R<()>{loop{}}
pub fn search(&mut self,t:&[Vec<String>],o:Option<&[String]>,l:usize)->R<Vec<SearchHit>>{loop{}}
pub fn search_near(&mut self,w:&str)->R<Vec<String>>{loop{}}
pub fn counter_next(&mut self,k:&str,n:i64)->R<i64>{loop{}}
pub fn setting_get(&mut self,k:&str)->R<Option<String>>{loop{}}
pub fn setting_set(&mut self,k:&str,v:&str)->R<()>{loop{}}
}
