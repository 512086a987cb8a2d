/** The one style sheet of all pages: quiet, dense, light or dark as the system has it, and usable at the width of a phone. */
import { colorVariables } from './palette.ts';

export const styleSheet = `
:root{color-scheme:light dark;${colorVariables('light')}}
@media(prefers-color-scheme:dark){:root{${colorVariables('dark')}}}
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,"DejaVu Sans",sans-serif;color:var(--ink);background:var(--page)}
main{max-width:1120px;margin:0 auto;padding:24px 16px 48px}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 6px}h2{font-size:1.1rem;margin:32px 0 8px}
p,li{color:var(--soft)}p{margin:0 0 16px}strong{color:var(--ink)}
.conclusion{color:var(--ink);font-size:1.05rem;border-left:3px solid var(--load);padding-left:12px;margin:0 0 20px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:0 0 20px}
.tiles div,figure,.scroll{background:var(--surface);border:1px solid var(--line);border-radius:8px}
.tiles div{padding:10px 14px}.tiles dt{font-size:.8rem;color:var(--soft)}
.tiles dd{margin:0;font-size:1.35rem;font-weight:600}.tiles dd small{font-size:.8rem;font-weight:400;color:var(--soft)}
figure{margin:0 0 12px;padding:10px}figure svg{width:100%;height:auto;display:block}
figcaption{font-size:.85rem;color:var(--soft);margin-top:4px}
.narrow{display:none}
.scroll{overflow-x:auto;margin:0 0 12px}table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:6px 10px;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td,tr:last-child th{border-bottom:0}.number{text-align:right;white-space:nowrap}.time{white-space:nowrap}
thead th,thead .number{color:var(--soft);font-weight:500;vertical-align:bottom;line-height:1.25;white-space:normal}
tbody th{font-weight:500;position:sticky;left:0;background:var(--surface)}

.badge{display:inline-block;border:1px solid currentColor;border-radius:9px;padding:0 7px;margin-left:6px;font-size:.72rem;line-height:1.4;white-space:nowrap;color:var(--soft)}
.badge.best{color:var(--up);font-weight:600}.badge.default{color:var(--load)}
.up{color:var(--up);font-weight:600}.down{color:var(--down);font-weight:600}.good{color:var(--up)}.bad{color:var(--throttled);font-weight:600}
@media(max-width:640px){
main{padding:16px 10px 32px}h1{font-size:1.25rem}
.wide{display:none}.narrow{display:block}figure{padding:6px}
th,td{padding:6px 8px}tbody th{min-width:9rem}.badge{display:table;margin:2px 0 0;white-space:normal}
.tiles{grid-template-columns:repeat(2,1fr);gap:8px}
.stacked,.stacked tbody,.stacked tr,.stacked td{display:block}.stacked thead{display:none}
.stacked td{border-bottom:0;padding:2px 10px}.stacked tr{border-bottom:1px solid var(--line);padding:6px 0}.stacked tr:last-child{border-bottom:0}
}
@media print{figure,.scroll{break-inside:avoid}}
`;
