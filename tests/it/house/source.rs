//! A source file as the house sees it: its module, its imports, and its functions.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// One file.
pub(super) struct Source {
    /// Below the repository, with `/`.
    pub(super) path: String,
    /// The module that the file is: `["kube", "names"]`.
    pub(super) module: Vec<String>,
    pub(super) imports: Vec<Import>,
    /// Name, first line, and number of lines of each function.
    pub(super) functions: Vec<(String, usize, usize)>,
    pub(super) lines: usize,
}

/// A path that leads out of the file, from the crate's root or from another crate's name on.
pub(super) struct Import {
    pub(super) path: Vec<String>,
    pub(super) line: usize,
}

impl Source {
    /// Reads a file's text.
    pub(super) fn read(path: &str, text: &str) -> Self {
        let module: Vec<String> = path
            .trim_start_matches("src/")
            .trim_end_matches(".rs")
            .trim_end_matches("/mod")
            .split('/')
            .map(str::to_owned)
            .collect();
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut reader =
            Reader { module: module.clone(), names: BTreeMap::new(), imports: Vec::new(), functions: Vec::new() };
        reader.visit_file(&file);
        let Reader { mut imports, functions, .. } = reader;
        if module.iter().any(|name| name == "tests") {
            imports.clear();
        }
        Self { path: path.to_owned(), module, imports, functions, lines: text.lines().count() }
    }

    /// The room that the file is in; `None` for `lib.rs` and its like, which hold the rooms.
    pub(super) fn room(&self) -> Option<&str> {
        let at_root = self.path.matches('/').count() == 1;
        if at_root { None } else { self.module.first().map(String::as_str) }
    }
}

/// All files of the program.
pub(super) fn all() -> Vec<Source> {
    below("src")
}

/// All files of its integration tests.
pub(super) fn tests() -> Vec<Source> {
    below("tests")
}

fn below(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    let mut open = vec![root.join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                sources.push(Source::read(&name, &fs::read_to_string(&path).unwrap()));
            }
        }
    }
    sources.sort_by(|left, right| left.path.cmp(&right.path));
    sources
}

/// The crates that `Cargo.toml` names, as Rust spells them.
pub(super) fn dependencies() -> &'static BTreeSet<String> {
    static NAMES: OnceLock<BTreeSet<String>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
        let is_ours =
            |name: &str| name == "dependencies" || name.starts_with("target.") && name.ends_with(".dependencies");
        let sections = manifest.split("\n[").filter_map(|section| section.split_once("]\n"));
        let lines = sections.filter(|(name, _)| is_ours(name)).flat_map(|(_, lines)| lines.lines());
        lines.filter_map(|line| Some(line.split_once(" = ")?.0.replace('-', "_"))).collect()
    })
}

struct Reader {
    /// The module at hand, those within the file included.
    module: Vec<String>,
    /// What a `use` has named, so that `io::stdout` is known as `std::io::stdout`.
    names: BTreeMap<String, Vec<String>>,
    imports: Vec<Import>,
    functions: Vec<(String, usize, usize)>,
}

impl Reader {
    fn import(&mut self, path: &[String], line: usize) {
        let mut base = self.module.clone();
        let path = match path.first().map(String::as_str) {
            Some("crate" | "std" | "core" | "alloc") => path.to_vec(),
            Some("self" | "super") => {
                let mut rest = path;
                while let Some((first, after)) = rest.split_first() {
                    match first.as_str() {
                        "self" => {}
                        "super" => drop(base.pop()),
                        _ => break,
                    }
                    rest = after;
                }
                ["crate".to_owned()].into_iter().chain(base).chain(rest.iter().cloned()).collect()
            }
            Some(first) => match self.names.get(first) {
                Some(named) if path.len() > 1 => named.iter().chain(&path[1..]).cloned().collect(),
                _ => path.to_vec(),
            },
            None => Vec::new(),
        };
        self.imports.push(Import { path, line });
    }

    /// The paths in what a macro is given, which is not Rust yet.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let (mut colons, mut line) = (0, 0);
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => colons += 1,
                TokenTree::Ident(name) if path.is_empty() || colons == 2 => {
                    line = name.span().start().line;
                    path.push(name.to_string());
                    colons = 0;
                }
                other => {
                    self.end_of(&mut path, line);
                    colons = 0;
                    match other {
                        TokenTree::Group(group) => self.tokens(group.stream()),
                        TokenTree::Ident(name) => {
                            line = name.span().start().line;
                            path.push(name.to_string());
                        }
                        TokenTree::Punct(_) | TokenTree::Literal(_) => {}
                    }
                }
            }
        }
        self.end_of(&mut path, line);
    }

    fn end_of(&mut self, path: &mut Vec<String>, line: usize) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.import(&path, line);
        }
    }

    fn tree(&mut self, before: &mut Vec<String>, tree: &syn::UseTree) {
        let line = tree.span().start().line;
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.tree(before, &path.tree);
                before.pop();
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(before, tree)),
            syn::UseTree::Glob(_) => self.import(before, line),
            syn::UseTree::Name(syn::UseName { ident, .. }) | syn::UseTree::Rename(syn::UseRename { ident, .. }) => {
                let mut path = before.clone();
                if ident != "self" {
                    path.push(ident.to_string());
                }
                self.import(&path, line);
                if let (Some(import), Some(name)) = (self.imports.last(), path.last()) {
                    self.names.insert(name.clone(), import.path.clone());
                }
            }
        }
    }

    fn function(&mut self, name: &syn::Ident, node: &(impl Spanned + ToTokens)) {
        let (start, end) = (name.span().start().line, node.span().end().line);
        let texts = texts(node.to_token_stream());
        self.functions.push((name.to_string(), start, end - start + 1 - texts));
    }
}

/// The lines that texts over several lines take, their first ones aside.
fn texts(tokens: TokenStream) -> usize {
    let lines = |span: Span| span.end().line - span.start().line;
    let of = |token| match token {
        TokenTree::Group(group) => texts(group.stream()),
        TokenTree::Literal(literal) => lines(literal.span()),
        TokenTree::Ident(_) | TokenTree::Punct(_) => 0,
    };
    tokens.into_iter().map(of).sum()
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test")
    })
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes = match item {
            syn::Item::Mod(item) => &item.attrs,
            syn::Item::Use(item) => &item.attrs,
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            _ => &Vec::new(),
        };
        if !is_test(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&mut Vec::new(), &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.import(&names, path.span().start().line);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.tokens(item.tokens.clone());
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig.ident, item);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig.ident, item);
        visit::visit_impl_item_fn(self, item);
    }
}
