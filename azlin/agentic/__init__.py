"""The engine: a Request becomes an Intent, a Plan, a Quote, a verdict, and, with an Approval, an Outcome."""
