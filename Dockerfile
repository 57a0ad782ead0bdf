# The webhook as one static binary and nothing else: no shell, no package manager, no libc to patch.
#
#   docker build -t injector:0.1.0 .
#
# It needs BuildKit (for the caches, and for TARGETARCH), and builds for amd64 and arm64.

FROM rust:1.95-slim AS build
WORKDIR /src
# The manifest names the benches, so Cargo wants to see them.
COPY Cargo.toml Cargo.lock ./
COPY benches benches
COPY src src
ARG TARGETARCH
ENV RUSTFLAGS="-C target-feature=+crt-static"
# With --target the flags are for the program alone, and not for build scripts and macros, which cannot be static.
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,target=/src/target,sharing=locked \
    case "$TARGETARCH" in \
      amd64) target=x86_64-unknown-linux-gnu ;; \
      arm64) target=aarch64-unknown-linux-gnu ;; \
      *) echo "there is no build for the architecture '$TARGETARCH'" >&2; exit 1 ;; \
    esac && \
    cargo build --release --locked --bin injector --target "$target" && \
    cp "target/$target/release/injector" /injector

# `docker build --target fn` makes an image of the KRM function: its hosts give no arguments. Without a target, it is the webhook.
FROM scratch AS binary
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="injector" \
      org.opencontainers.image.description="Adds sidecars to Kubernetes workloads: offline, and as a mutating admission webhook" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
COPY --from=build --chmod=0555 /injector /injector
COPY --chmod=0444 LICENSE /LICENSE
# By number: there is no /etc/passwd, and `runAsNonRoot` can tell a number from root.
USER 65532:65532
FROM binary AS fn
ENTRYPOINT ["/injector", "fn"]

FROM binary
EXPOSE 9443/tcp 9444/tcp
STOPSIGNAL SIGTERM
ENTRYPOINT ["/injector"]
CMD ["serve"]
