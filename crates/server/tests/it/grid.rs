//! Every route with what it needs.

use std::collections::BTreeSet;

use keyferry_api::endpoints;
use keyferry_server::{Access, Patience, routes};

#[test]
fn every_documented_route_is_served_and_no_other() {
    let served: BTreeSet<_> = routes().iter().map(|route| route.endpoint.id).collect();
    let documented: BTreeSet<_> = endpoints::ALL.iter().map(|endpoint| endpoint.id).collect();

    assert_eq!(served, documented);
}

#[test]
fn a_route_is_open_exactly_where_the_document_says_so() {
    for route in routes() {
        assert_eq!(
            route.access == Access::Open,
            route.endpoint.open,
            "{}",
            route.endpoint.id
        );
    }
}

#[test]
fn the_grid_of_routes_actions_resources_and_approval_classes_is_what_was_reviewed() {
    let mut grid = String::new();
    for route in routes() {
        let place = format!(
            "{:<6} {}",
            route.endpoint.method.as_str(),
            route.endpoint.path
        );
        let needs = match route.access {
            Access::Open => "open".to_owned(),
            Access::Guarded {
                action,
                resource,
                approval_class,
            } => {
                format!(
                    "{:<26} {:<11} {approval_class:?}",
                    action.as_str(),
                    resource.as_str()
                )
            }
        };
        let long = if route.patience == Patience::Long {
            " (no time limit)"
        } else {
            ""
        };
        grid.push_str(&format!("{place:<58} {needs}{long}\n"));
    }

    insta::assert_snapshot!(grid);
}
