//! The policy file as it is written.

use std::sync::Arc;

use crate::{
    budget::BudgetForm,
    directory::{
        KeyForm, MemberForm, ModelClassForm, OrganizationForm, ProjectForm, ServiceAccountForm, SettingsForm,
        role::RoleForm,
    },
    form::{Definitions, Form, Int, Json, Path, Problems, Writer},
    limit::LimitForm,
    price::BookForm,
};

/// Which price book a policy uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BookChoice {
    /// `"claude"`: the book that ships with the engine.
    Claude,
    /// A book of its own.
    Own(Arc<BookForm>),
}

impl Form for BookChoice {
    fn read(json: &Json, path: &Path<'_>, problems: &mut Problems) -> Self {
        match json {
            Json::String(name) if name == "claude" => Self::Claude,
            Json::Object(_) => Self::Own(Form::read(json, path, problems)),
            other => {
                problems.report(path, other, "no such price book", "write \"claude\", or a price book");
                Self::Claude
            }
        }
    }

    fn write(&self, out: &mut Writer) {
        match self {
            Self::Claude => out.quoted(&"claude"),
            Self::Own(book) => book.write(out),
        }
    }

    fn schema(definitions: &mut Definitions) -> serde_json::Value {
        serde_json::json!({ "oneOf": [{ "const": "claude" }, BookForm::schema(definitions)] })
    }
}

crate::object! {
    /// A policy: what seeds an organization.
    pub struct PolicyForm {
        /// The version of this form: 1.
        schema_version: Int<1, 1>,
        /// The organization.
        organization: OrganizationForm,
        /// Settings of the whole organization.
        settings: SettingsForm = SettingsForm::default(),
        /// The price book: "claude", or a book of its own.
        price_book: BookChoice = BookChoice::Claude,
        /// Classes of models that limits name.
        model_classes: Vec<ModelClassForm> = Vec::new(),
        /// Custom roles.
        roles: Vec<RoleForm> = Vec::new(),
        /// Members.
        members: Vec<MemberForm> = Vec::new(),
        /// Projects.
        projects: Vec<ProjectForm> = Vec::new(),
        /// Service accounts.
        service_accounts: Vec<ServiceAccountForm> = Vec::new(),
        /// Keys.
        keys: Vec<KeyForm> = Vec::new(),
        /// Limits.
        limits: Vec<LimitForm> = Vec::new(),
        /// Budgets.
        budgets: Vec<BudgetForm> = Vec::new(),
    }
}
