package ui

// htmxConfig keeps htmx within the Content-Security-Policy and lets refused forms (422) and conflicts (409) be shown.
// htmx itself is loaded as a classic deferred script, so that modules find it as window.htmx.
const htmxConfig = `{"includeIndicatorStyles":false,"allowEval":false,"allowScriptTags":false,"historyCacheSize":0,` +
	`"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},{"code":"409|422","swap":true},` +
	`{"code":"[45]..","swap":false,"error":true}]}`
