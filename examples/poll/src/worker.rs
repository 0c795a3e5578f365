//! The polls in a Worker with an axum router.

use tower::ServiceExt;
use websocket_do::worker::{Context, Env, HttpRequest, Request, Response, Result};

use crate::{app, router};

async fn fetch(request: Request, env: Env, _: Context) -> Result<Response> {
    // Rooms take the platform's own requests, whose connection they may upgrade.
    if request.path().starts_with("/polls/") {
        return app().fetch(request, &env).await;
    }
    let response = router::router().oneshot(HttpRequest::try_from(request)?).await;
    response.unwrap_or_else(|never| match never {}).try_into()
}

websocket_do::export_worker!(fetch, app);
