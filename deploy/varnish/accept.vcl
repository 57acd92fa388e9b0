# Sorts browsers into the classes of the function for CDNs, in what VCL of Varnish and of Fastly have in common: Varnish's
# default.vcl includes this file, and at Fastly it is a snippet of type `init`. Quantifiers do not give back (`++`), or a URL
# of many options would exceed the limits of regular expressions.
sub tintype_accept {
    # No spaces, and none of the types that are refused.
    set req.http.x-accept = regsuball(req.http.Accept, "[ \t]+", "");
    set req.http.x-accept = regsuball(req.http.x-accept, "(?i)(^|,)[^,]*;q=0(\.0*)?(?=,|$)", "");
    set req.http.Accept = "*/*";

    # Where the URL itself names the format, all browsers are one class. Remove this where a format is enforced
    # (IMGPROXY_ENFORCE_WEBP and its like). It reads URLs as the server does by default: `:` between an option's arguments.
    set req.http.x-options = regsub(req.url, "^//?[^/]++((?:/[^/:]++:[^/]*+)*+)/.*$", "\1");
    set req.http.x-source = regsub(req.url, "^//?[^/]++(?:/[^/:]++:[^/]*+)*+/", "");
    if (req.url ~ "^/c1/.*\.[a-z]+$"
        || req.http.x-options ~ "/(f|ext|format):(jpeg|jpg|png|webp|avif|gif|tiff|bmp|ico|svg|heic|jxl)([:/]|$)"
        || req.http.x-source ~ "^plain/[^@]*+@(jpeg|jpg|png|webp|avif|gif|tiff|bmp|ico|svg|heic|jxl)$"
        || req.http.x-source ~ "^(?!plain/)[A-Za-z0-9_/+=-]*+\.(jpeg|jpg|png|webp|avif|gif|tiff|bmp|ico|svg|heic|jxl)$") {
        unset req.http.x-accept;
    }
    unset req.http.x-options;
    unset req.http.x-source;

    if (req.http.x-accept ~ "(?i)(^|,)image/avif([;,]|$)") {
        set req.http.Accept = "image/avif";
    }
    if (req.http.x-accept ~ "(?i)(^|,)image/webp([;,]|$)") {
        if (req.http.Accept == "image/avif") {
            set req.http.Accept = "image/avif,image/webp";
        } else {
            set req.http.Accept = "image/webp";
        }
    }
    # Where JPEG XL is offered as well (IMGPROXY_AUTO_JXL):
    # if (req.http.Accept == "image/avif,image/webp" && req.http.x-accept ~ "(?i)(^|,)image/jxl([;,]|$)") {
    #     set req.http.Accept = "image/jxl,image/avif,image/webp";
    # }
    unset req.http.x-accept;
}
