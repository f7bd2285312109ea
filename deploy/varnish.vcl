vcl 4.1;

# Varnish in front of feedstation: varnishd -f deploy/varnish.vcl
#
# It keeps what Cache-Control allows: max-age, and stale-while-revalidate as grace.
# What is taken down is gone once both have passed, or at once where feedstation purges,
# which needs
#
#     push:
#       caches:
#         - {id: varnish, url: "http://127.0.0.1:6081{path}"}
#
# or, with push.surrogate: [surrogate-key], by key, whatever address was asked:
#
#         - {id: varnish, method: BAN, url: "http://127.0.0.1:6081/", headers: {X-Key: "{key}"}}
#
# By hand it is
#
#     curl -X PURGE -H 'Host: xt.news.example' http://varnish/rss.xml    one document
#     curl -X BAN -H 'X-Key: fs.xt.rss.xml' http://varnish/              one document, by key
#     curl -X BAN -H 'Host: xt.news.example' http://varnish/             all of a station

backend feedstation {
	.host = "127.0.0.1";
	.port = "8080";
}

# Who may purge: feedstation, where it is on this machine.
acl newsroom {
	"127.0.0.1";
	"::1";
}

sub vcl_recv {
	if (req.method == "PURGE" || req.method == "BAN") {
		if (client.ip !~ newsroom) {
			return (synth(403));
		}
		if (req.method == "PURGE") {
			return (purge);
		}
		if (req.http.X-Key) {
			ban("obj.http.Surrogate-Key ~ (^|\s)" + req.http.X-Key + "(\s|$)");
			return (synth(200, "Banned"));
		}
		ban("obj.http.X-Host == " + req.http.Host);
		return (synth(200, "Banned"));
	}
	if (req.method != "GET" && req.method != "HEAD") {
		return (pass);
	}
	# No document depends on a query, a cookie or an account.
	set req.url = regsub(req.url, "\?.*$", "");
	unset req.http.Cookie;
	unset req.http.Authorization;
	# Varnish asks with its own ETag: what is new to it (RFC 3229, feeds.deltas) is not what
	# is new to the client.
	unset req.http.A-IM;
	return (hash);
}

sub vcl_backend_response {
	set beresp.http.X-Host = bereq.http.Host; # for BAN
	# What the grace allows to serve stays, where feedstation can't answer.
	if (beresp.status >= 500 && bereq.is_bgfetch) {
		return (abandon);
	}
	# Kept for a while after that, to be asked for with its ETag. It is not served.
	set beresp.keep = 1h;
}

sub vcl_deliver {
	unset resp.http.X-Host;
	unset resp.http.Surrogate-Key;
}
